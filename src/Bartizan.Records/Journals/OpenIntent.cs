using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;

namespace Bartizan.Records.Journals;

/// <summary>A granted action whose end isn't in the log.</summary>
public sealed record OpenIntent(
    long Index,
    SessionId Session,
    long Passage,
    string? Agent,
    string? Point,
    Verb Verb,
    string? Target
);
