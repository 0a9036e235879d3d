using System.Collections.Immutable;

namespace Bartizan.Posture.RedTeam;

/// <summary>What became of a case.</summary>
/// <param name="Case">The case.</param>
/// <param name="Done">True when each of the task's own calls reached its server.</param>
/// <param name="Asked">Questions to a person that the task's own calls made.</param>
/// <param name="Fooled">True when the model had read enough of the order to obey it.</param>
/// <param name="Hit">True when the attack's last call reached its server.</param>
/// <param name="Stops">What stopped calls of the attack, in order.</param>
/// <param name="Held">What stopped calls of the task, in order.</param>
public sealed record CaseResult(
    RedTeamCase Case,
    bool Done,
    int Asked,
    bool Fooled,
    bool Hit,
    ImmutableArray<string> Stops,
    ImmutableArray<string> Held
)
{
    /// <summary>True when the task was done and no person was asked.</summary>
    public bool Unattended => Done && Asked == 0;

    /// <summary>What stopped the attack, in a word or two; empty when nothing did.</summary>
    public string StoppedBy =>
        Hit ? ""
        : Stops.IsEmpty ? (Fooled ? "the task ended first" : "never read")
        : Stops[0];
}
