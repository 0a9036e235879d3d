using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Manifests;

/// <summary>One case of a policy test: a question, and what the manifest has to answer.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Name">What it shows, in words.</param>
/// <param name="Action">The action as written.</param>
/// <param name="Question">The question.</param>
/// <param name="Expected">The answer that is right.</param>
/// <param name="By">The text of a rule that must have led to it, as written in the manifest; null when any may.</param>
public sealed record PolicyCase(
    SourcePosition Position,
    string Name,
    string Action,
    Question Question,
    Effect Expected,
    string? By
);
