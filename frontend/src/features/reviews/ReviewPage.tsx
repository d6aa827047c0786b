import { useParams } from "@tanstack/react-router";
import { query, type ReviewDetail } from "@/api/client";
import { Files } from "@/kit/files";
import { Failure, Loading } from "@/kit/states";
import { Judging } from "./Judging";

/** One review: what it is about, what helps to judge it, and the decision. */
export function ReviewPage() {
  const { id } = useParams({ from: "/inside/reviews/$id" });
  const review = query.useQuery("get", "/api/reviews/{review}", { params: { path: { review: id } } });
  // What was read stays when reading it again fails: somebody may be in the middle of writing.
  if (review.error && !review.data) return <Failure isPage error={review.error} onRetry={() => review.refetch()} />;
  if (!review.data) return <Loading lines={6} />;
  return (
    <Files files={review.data.files}>
      <Judging key={id} review={review.data as ReviewDetail} />
    </Files>
  );
}
