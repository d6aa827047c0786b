import { ListView } from "../list/ListView";

export default ListView;
