using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Databases;

/// <summary>What the monitor said of a statement. <c>default</c> is one that is no action.</summary>
/// <param name="Passage">The passage, where it was granted.</param>
/// <param name="Refused">Why it wasn't; null where it was.</param>
/// <param name="Bytes">What of the session's memory it holds.</param>
internal readonly record struct Asked(Passage? Passage, Refused? Refused, long Bytes);
