internal import Foundation

/// An element of an XML text that is not OpenSim's: its name, its text and what is in it; attributes are passed over.
public struct MarkupTree: Sendable {
  /// The tag.
  public let name: String
  /// Its own text, without that of its children and white space around it.
  public let text: String
  /// The elements directly inside, in order.
  public let children: [MarkupTree]

  /// The root element of a text in UTF-8; `name` is what messages call it.
  public init(_ text: [UInt8], of name: String) throws(OpenSimError) {
    self.init(try MarkupParser.root(of: Data(text), file: name))
  }

  private init(_ element: OpenSimElement) {
    name = element.tag
    text = element.trimmed
    children = element.children.map { MarkupTree($0) }
  }
}
