using System.Collections.Immutable;
using Bartizan.Posture.RedTeam;

namespace Bartizan.Cli.RedTeam;

/// <summary>A case as JSON shows it.</summary>
internal sealed record CaseLine(
    string Case,
    string? Attack,
    bool? Covered,
    bool Done,
    bool Unattended,
    int Asked,
    bool? Fooled,
    bool? Through,
    string? StoppedBy,
    ImmutableArray<string> Held
)
{
    /// <summary>The line of a result.</summary>
    public static CaseLine Of(CaseResult result) =>
        result.Case.Attack is { } attack
            ? new(
                result.Case.Name,
                attack.Id,
                attack.Covered,
                result.Done,
                result.Unattended,
                result.Asked,
                result.Fooled,
                result.Hit,
                result.StoppedBy,
                result.Held
            )
            : new(
                result.Case.Name,
                null,
                null,
                result.Done,
                result.Unattended,
                result.Asked,
                null,
                null,
                null,
                result.Held
            );
}
