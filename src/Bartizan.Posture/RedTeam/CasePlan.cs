using System.Collections.Immutable;

namespace Bartizan.Posture.RedTeam;

/// <summary>Which cases a suite makes.</summary>
public static class CasePlan
{
    /// <summary>Wordings of one attack: all of them would make many cases that say the same.</summary>
    public const int WordingsPerAttack = 5;

    /// <summary>Every task alone.</summary>
    public static ImmutableArray<RedTeamCase> Honest(Suite suite)
    {
        ArgumentNullException.ThrowIfNull(suite);
        return [.. suite.Tasks.Select(task => new RedTeamCase(suite, task, null, null))];
    }

    /// <summary>Tasks that one attack in one wording is put into: what holds in some of them mostly holds in all.</summary>
    public const int TasksPerAttack = 4;

    /// <summary>Every attack in some wordings, each within some tasks that read a stranger's text.</summary>
    /// <param name="suite">The suite.</param>
    /// <param name="bundled">How attackers put it, where the suite doesn't say.</param>
    /// <param name="all">True for every wording within every such task.</param>
    public static ImmutableArray<RedTeamCase> Attacked(Suite suite, ImmutableArray<Wording> bundled, bool all = false)
    {
        ArgumentNullException.ThrowIfNull(suite);
        var wordings = suite.Wordings.IsEmpty ? bundled : suite.Wordings;
        var turns = all ? wordings.Length : Math.Min(WordingsPerAttack, wordings.Length);
        var cases = ImmutableArray.CreateBuilder<RedTeamCase>();
        // Both go round, over all attacks of the suite: each wording and each task has its turn.
        var (turn, place) = (0, 0);
        foreach (var attack in suite.Attacks)
        {
            var tasks = suite
                .Tasks.Where(task => suite.Reads(task) && (attack.Within is null || attack.Within == task.Id))
                .ToList();
            for (var i = 0; i < turns && tasks.Count > 0; i++)
            {
                var wording = wordings[turn++ % wordings.Length];
                var into = all ? tasks.Count : Math.Min(TasksPerAttack, tasks.Count);
                for (var j = 0; j < into; j++)
                {
                    cases.Add(new RedTeamCase(suite, tasks[place++ % tasks.Count], attack, wording));
                }
            }
        }

        return cases.ToImmutable();
    }
}
