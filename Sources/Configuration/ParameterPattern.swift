public import Identification

extension FreeParameter {
  /// True when `pattern`, in which `*` stands for any part of one of its parts, matches the name.
  public func isNamed(by pattern: String) -> Bool {
    ParameterCatalogue.matches(pattern, name: name)
  }
}
