extension Endpoints {
    /// What anybody may ask for.
    static let open: [APIRoute] = [health.route, openAPI]

    public static let health = Endpoint<NoBody, API.Health>.get(
        "getHealth", "/health", for: .anyone, "Whether the server can do its work; 503 when it cannot.")

    public static let openAPI = APIRoute(
        "getOpenAPIDocument", .get, "/openapi.json", for: .anyone, "This document.", request: nil,
        response: Schema.object(
            "OpenAPIDocument", "An OpenAPI 3.1 document.", isOpen: true,
            [.required("openapi", .printable(5...16, example: .init(OpenAPIDocument.version)))]))
}
