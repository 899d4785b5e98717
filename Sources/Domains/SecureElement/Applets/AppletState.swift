import ISO7816

/// An applet that the card's state file can keep: what it writes, it reads back equal.
protocol StoredApplet: Applet {
    /// Everything the applet must remember over a power loss. Some of it may be secret: for the state file only.
    var persistentState: [BERTLV] { get }

    /// - Throws: ``AppletStateError`` when the data objects are not what ``persistentState`` writes.
    init(persistentState: [BERTLV]) throws(AppletStateError)
}

/// Why stored data objects are not the state of an applet.
enum AppletStateError: Error, Equatable, CustomStringConvertible {
    /// A data object is missing, or another stands in its place.
    case tlv(BERTLVDecodingError)
    /// A data object stands where no more is expected.
    case unexpected(BERTag)
    /// The value of a data object does not follow its layout.
    case layout(BERTag, ByteLayoutError)
    /// The value of a data object is one that the applet never holds.
    case impossible(BERTag)

    var description: String {
        switch self {
        case .tlv(let error): "applet state: \(error)"
        case .unexpected(let tag): "applet state: nothing is expected where \(tag) stands"
        case .layout(let tag, let error): "applet state \(tag): \(error)"
        case .impossible(let tag): "applet state \(tag): no applet of this kind holds such a value"
        }
    }
}

/// Takes the data objects of an applet's state in order and insists that nothing is left over.
struct AppletStateReader {
    private var objects: ArraySlice<BERTLV>

    init(_ objects: [BERTLV]) { self.objects = objects[...] }

    /// The value of the next data object, which must have `tag`.
    mutating func next(_ tag: BERTag) throws(AppletStateError) -> [UInt8] {
        guard let object = objects.popFirst() else { throw .tlv(.missing(tag)) }
        guard object.tag == tag else { throw .tlv(.unexpectedTag(object.tag, expected: tag)) }
        return object.value
    }

    /// The value of the next data object if it has `tag`, otherwise `nil` and nothing is taken.
    mutating func nextIfPresent(_ tag: BERTag) -> [UInt8]? {
        objects.first?.tag == tag ? objects.popFirst()?.value : nil
    }

    func finish() throws(AppletStateError) {
        guard let object = objects.first else { return }
        throw .unexpected(object.tag)
    }
}
