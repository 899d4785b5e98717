extension Endpoints {
    /// Who may ask, and which cards belong together.
    static let credentials: [APIRoute] = [
        listCardBatches.route, issueCredential.route, listCredentials.route, revokeCredential.route,
    ]

    public static let listCardBatches = Endpoint<NoBody, API.Page<API.CardBatch>>.get(
        "listCardBatches", "/operator/v1/card-batches", for: .operator, "The card batches, by master key.",
        parameters: page)

    public static let issueCredential = Endpoint<API.IssueCredentialRequest, API.IssueCredentialResponse>.post(
        "issueCredential", "/operator/v1/credentials", for: .operator,
        "Makes a further access credential for somebody who is registered.", status: 201, problems: [.notFound])

    public static let listCredentials = Endpoint<NoBody, API.Page<API.Credential>>.get(
        "listCredentials", "/operator/v1/credentials", for: .operator, "The access credentials, without secrets.",
        parameters: page)

    public static let revokeCredential = Endpoint<API.CardRequest, API.Credential>.post(
        "revokeCredential", "/operator/v1/credentials/{credentialId}/revocation", for: .operator,
        "From now on the credential opens nothing.",
        parameters: [
            APIRoute.Parameter(
                name: "credentialId", place: .path, schema: API.credentialIDSchema, isRequired: true,
                summary: "As listed.")
        ], problems: [.notFound, .wrongState])
}
