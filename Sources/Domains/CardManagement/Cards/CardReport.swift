public import GlobalPlatform
public import ISO7816

/// What a card tells anyone about itself and the selected security domain, as far as it wants to.
public struct CardReport: Equatable, Sendable {
    /// The AID in the answer to SELECT.
    public var securityDomain: AID?
    /// The answer to SELECT, as it came.
    public var selectionAnswer: [UInt8] = []
    /// The status word of SELECT: `6283` says that the card is locked.
    public var selectionStatus: StatusWord = .success
    /// `9F65`, the longest command data field.
    public var commandDataLengthMax: Int?
    /// `66`: version and Secure Channel Protocols.
    public var recognition: CardRecognitionData?
    /// `67`.
    public var capabilities: CardCapabilityInformation?
    /// `E0`; empty also when the card does not tell.
    public var keys: [KeyInformation] = []
    /// `C1`, the sequence counter of the default key set.
    public var sequenceCounter: [UInt8]?
    /// `C2`, the confirmation counter.
    public var confirmationCounter: [UInt8]?
    /// `CF`.
    public var keyDerivationData: [UInt8]?
    /// `42`.
    public var issuerIdentificationNumber: [UInt8]?
    /// `45`.
    public var cardImageNumber: [UInt8]?
    /// `9F7F`.
    public var productionLifeCycle: CardProductionLifeCycleData?
    /// `DF7A`, of our cards that count failed authentications.
    public var authenticationTries: AuthenticationTries?
    /// `FF21`.
    public var resources: ExtendedCardResources?
    /// Every data object asked for, with the answer as it came or the refusal.
    public var answers: [Answer] = []

    /// What GET DATA answered for one tag.
    public struct Answer: Equatable, Sendable {
        public let tag: UInt16
        public let statusWord: StatusWord
        public let data: [UInt8]
    }

    public init() {}

    /// What tells this card from others; `nil` when it tells nothing of the kind.
    public var identifier: CardIdentifier? {
        if let issuerIdentificationNumber, let cardImageNumber,
            let identifier = CardIdentifier(
                issuerIdentificationNumber: issuerIdentificationNumber, cardImageNumber: cardImageNumber)
        {
            return identifier
        }
        return productionLifeCycle.map(CardIdentifier.init) ?? keyDerivationData.map(CardIdentifier.init)
    }

    /// The versions of all keys, in the order listed.
    public var keyVersions: [KeyVersionNumber] { KeyInformationTemplate(keys).versions }

    /// The "i" parameters that the card announces for a Secure Channel Protocol, such as `03`.
    public func implementations(ofProtocol identifier: UInt8) -> [UInt8] {
        let recognized = (recognition?.secureChannels ?? []).filter { $0.identifier == identifier }.map(
            \.implementation)
        let capable = (capabilities?.secureChannels ?? []).filter { $0.identifier == identifier }
            .flatMap(\.implementations)
        var seen: Set<UInt8> = []
        return (recognized + capable).filter { seen.insert($0).inserted }
    }
}

extension CardReport {
    /// Takes in the answer to SELECT; what is malformed is left out.
    mutating func take(selection: ResponseAPDU) {
        selectionStatus = selection.statusWord
        selectionAnswer = selection.data
        guard let information = try? FileControlInformation(bytes: selection.data) else { return }
        securityDomain = information.application
        commandDataLengthMax = information.proprietary[0x9F65 as BERTag].map {
            $0.reduce(0) { ($0 << 8 | Int($1)) & 0xFFFF }
        }
        if let object = information.proprietary[CardRecognitionData.recognitionTag] {
            let cardData = BERTLV(0x66, [BERTLV(CardRecognitionData.recognitionTag, object)]).bytes
            recognition = try? CardRecognitionData(bytes: cardData)
        }
    }

    /// Takes in the answer to one GET DATA; what is malformed stays in ``answers`` only.
    mutating func take(_ response: ResponseAPDU, to request: GetDataCommand) {
        answers.append(Answer(tag: request.tag, statusWord: response.statusWord, data: response.data))
        guard response.statusWord.isSuccess else { return }
        switch request {
        case .cardData: recognition = (try? CardRecognitionData(bytes: response.data)) ?? recognition
        case .cardCapabilityInformation: capabilities = try? CardCapabilityInformation(bytes: response.data)
        case .keyInformationTemplate: keys = (try? KeyInformationTemplate(bytes: response.data))?.keys ?? []
        case .cardProductionLifeCycleData:
            productionLifeCycle = try? CardProductionLifeCycleData(bytes: response.data)
        case .authenticationTries: authenticationTries = try? AuthenticationTries(bytes: response.data)
        case .extendedCardResources: resources = try? ExtendedCardResources(bytes: response.data)
        case .sequenceCounter: sequenceCounter = Self.value(of: response, request)
        case .confirmationCounter: confirmationCounter = Self.value(of: response, request)
        case .keyDerivationData: keyDerivationData = Self.value(of: response, request)
        case .issuerIdentificationNumber: issuerIdentificationNumber = Self.value(of: response, request)
        case .cardImageNumber: cardImageNumber = Self.value(of: response, request)
        default: break
        }
    }

    /// The value of the object asked for; some cards answer the value alone.
    private static func value(of response: ResponseAPDU, _ request: GetDataCommand) -> [UInt8]? {
        if let object = try? BERTLV(bytes: response.data), object.tag == BERTag(UInt32(request.tag)) {
            return object.value.isEmpty ? nil : object.value
        }
        return response.data.isEmpty ? nil : response.data
    }
}
