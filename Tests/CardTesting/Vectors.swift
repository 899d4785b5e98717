import Foundation

/// The published and generated test vectors in the repository's `Vectors` folder.
public enum Vectors {
    /// Reads a JSON file; `path` is relative to `Vectors`.
    public static func load<Content: Decodable>(_ path: String, as content: Content.Type = Content.self) throws
        -> Content
    {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Vectors")
        return try JSONDecoder().decode(content, from: Data(contentsOf: folder.appending(path: path)))
    }
}
