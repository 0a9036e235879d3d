using Bartizan.Core.Enforcement;

namespace Bartizan.Posture.Replays;

/// <summary>An action that a changed manifest decides otherwise than it was decided.</summary>
/// <param name="Verb">The verb.</param>
/// <param name="Target">The canonical target.</param>
/// <param name="Was">What was decided then.</param>
/// <param name="Now">What the manifest says.</param>
/// <param name="Reason">Why it says so.</param>
/// <param name="Needed">The one rule that would allow it; null when it is allowed, or none would.</param>
/// <param name="Count">How often it was recorded.</param>
/// <param name="First">The first entry's index.</param>
/// <param name="Session">The session of that entry.</param>
public sealed record ReplayChange(
    Verb Verb,
    string Target,
    Effect Was,
    Effect Now,
    string Reason,
    string? Needed,
    long Count,
    long First,
    string Session
);
