extension API {
    /// A page of a list. `next` goes into `after` to get the page that follows; absent on the last one.
    public struct Page<Item: WireType>: WireType {
        public var items: [Item]
        public var next: String?

        public init(items: [Item], next: String? = nil) {
            self.items = items
            self.next = next
        }

        public static var schema: Schema {
            .object(
                (Item.schema.name ?? "") + "Page", "A page of a list.",
                [
                    .required("items", .array(of: Item.schema, 0...limitMax)),
                    .optional("next", cursorSchema, "Goes into `after`; absent on the last page."),
                ])
        }
    }

    /// Items on one page at most.
    public static let limitMax = 500
    public static let limitDefault = 100

    static let cursorSchema = Schema.text(1...256, example: "cin:45434E0000000001")
}
