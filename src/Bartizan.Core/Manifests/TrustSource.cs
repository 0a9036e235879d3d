using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Manifests;

/// <summary>An action whose result puts a label on the session.</summary>
/// <param name="Label">The label.</param>
/// <param name="Verb">The verb.</param>
/// <param name="Pattern">The pattern as written, without the verb.</param>
/// <param name="Position">Where it stands.</param>
public sealed record TrustSource(Labels Label, Verb Verb, string Pattern, SourcePosition Position);
