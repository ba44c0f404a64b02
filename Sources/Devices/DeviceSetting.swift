/// Something about a device that sessions choose, as its rate or gain.
public struct DeviceSetting: Hashable, Sendable {
  /// How sessions name it.
  public var name: String
  /// One line for people.
  public var title: String
  /// What can be chosen.
  public var choices: [String]
  /// What is chosen.
  public var chosen: String

  /// A setting.
  public init(name: String, title: String, choices: [String], chosen: String) {
    self.name = name
    self.title = title
    self.choices = choices
    self.chosen = chosen
  }
}
