public import ISO7816

/// Reads the answers of payment applications, each by its one permitted shape.
public enum CardAnswer {
    /// The objects of the one template that an answer consists of.
    static func template(_ tag: BERTag, in answer: [UInt8]) throws(CardAnswerError) -> [BERTLV] {
        let object: BERTLV
        do { object = try BERTLV(bytes: answer) } catch { throw .malformed(error) }
        guard object.tag == tag else { throw .malformed(.unexpectedTag(object.tag, expected: tag)) }
        do { return try object.children() } catch { throw .malformed(error) }
    }

    /// The objects of a template within another one.
    static func children(of tag: BERTag, in objects: [BERTLV]) throws(CardAnswerError) -> [BERTLV] {
        guard let value = objects[tag] else { throw .missing(tag) }
        do { return try BERTLV.sequence(value) } catch { throw .malformed(error) }
    }

    /// The objects that GET PROCESSING OPTIONS or GENERATE AC answers: format 2 names them, format 1 has `tags` in order,
    /// each with its length; the last one takes what is left. EMV Book 3 §6.5.5.4 and §6.5.8.4.
    ///
    /// - Throws: ``CardAnswerError``.
    public static func objects(
        in answer: [UInt8], format1 tags: [(tag: BERTag, length: Int?)]
    ) throws(CardAnswerError) -> [BERTLV] {
        let object: BERTLV
        do { object = try BERTLV(bytes: answer) } catch { throw .malformed(error) }
        switch object.tag {
        case .responseTemplateFormat2:
            do { return try object.children() } catch { throw .malformed(error) }
        case .responseTemplateFormat1:
            var reader = ByteReader(object.value)
            var objects: [BERTLV] = []
            for (tag, length) in tags where length != nil || !reader.isAtEnd {
                guard let value = try? reader.take(length ?? reader.remaining, "data object") else {
                    throw .invalid(.responseTemplateFormat1)
                }
                objects.append(BERTLV(tag, value))
            }
            guard reader.isAtEnd else { throw .invalid(.responseTemplateFormat1) }
            return objects
        default:
            throw .malformed(.unexpectedTag(object.tag, expected: .responseTemplateFormat2))
        }
    }

    /// Format 1 of GET PROCESSING OPTIONS: profile (2) | file locator.
    public static let processingOptions: [(tag: BERTag, length: Int?)] = [
        (.applicationInterchangeProfile, 2), (.applicationFileLocator, nil),
    ]

    /// Format 1 of GENERATE AC: information (1) | counter (2) | cryptogram (8) | issuer application data.
    public static let generatedCryptogram: [(tag: BERTag, length: Int?)] = [
        (.cryptogramInformationData, 1), (.applicationTransactionCounter, 2), (.applicationCryptogram, 8),
        (.issuerApplicationData, nil),
    ]
}

/// Why an answer of a payment application cannot be used; no value of a data object stands in the error.
public enum CardAnswerError: Error, Equatable, Sendable, CustomStringConvertible {
    case malformed(BERTLVDecodingError)
    case missing(BERTag)
    /// The object is there and its value is impossible.
    case invalid(BERTag)
    /// The object is there twice, with different values.
    case conflicting(BERTag)
    case list(DataObjectListError)
    case fileLocator(ApplicationFileLocatorError)
    /// More objects than any card has.
    case tooMany

    public var description: String {
        switch self {
        case .malformed(let error): "\(error)"
        case .missing(let tag): "data object \(tag) is missing"
        case .invalid(let tag): "the value of data object \(tag) is impossible"
        case .conflicting(let tag): "data object \(tag) is there twice with different values"
        case .list(let error): "\(error)"
        case .fileLocator(let error): "\(error)"
        case .tooMany: "there are more than \(CardData.objectsMax) data objects"
        }
    }
}
