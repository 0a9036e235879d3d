using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Bartizan.Posture.RedTeam.Imports;

/// <summary>
/// A suite out of AgentDojo's run files: tasks from runs without an attack, orders from the attackers' tasks that were played as users'
/// (else from what attacks that worked called beside the task's own calls), and the places of a stranger's text from runs with an attack.
/// </summary>
public static class AgentDojoSuite
{
    /// <summary>Reads run files.</summary>
    /// <param name="files">Their names, for errors, and their texts.</param>
    /// <param name="name">What to call the suite.</param>
    /// <exception cref="SuiteException">One isn't of this format, or together they hold nothing to play.</exception>
    public static ImportedSuite Read(IEnumerable<(string Name, string Text)> files, string name)
    {
        ArgumentNullException.ThrowIfNull(files);
        var runs = files.Select(file => AgentDojoRun.Read(file.Name, file.Text)).ToList();
        var gathered = new GatheredSuite();
        var honest = runs.Where(run => !run.IsAttackers && run.Injections.IsEmpty)
            .DistinctBy(run => (run.Suite, run.Task))
            .ToDictionary(run => (run.Suite, run.Task));
        var attacked = runs.Where(run => !run.IsAttackers && !run.Injections.IsEmpty)
            .ToLookup(run => (run.Suite, run.Task));
        foreach (var ((suite, task), run) in honest)
        {
            var steps = Placed(run.Steps, attacked[(suite, task)]);
            if (steps.IsEmpty)
            {
                gathered.Note($"{suite}/{task} calls no tool: left out");
                continue;
            }

            gathered.AddTask(run.Says, steps, run.Place);
        }

        foreach (var lost in attacked.Where(one => !honest.ContainsKey(one.Key)))
        {
            gathered.Note(
                $"{lost.Key.Suite}/{lost.Key.Task} has no run without an attack: nobody knows which calls are its own; left out"
            );
        }

        var goals = Goals(runs, honest, gathered);
        foreach (var text in attacked.SelectMany(one => one).SelectMany(run => run.Injections).Distinct())
        {
            var goal = goals.Where(one => text.Contains(one, StringComparison.Ordinal)).MaxBy(one => one.Length);
            if (goal is not null)
            {
                gathered.AddWording(text.Replace(goal, Wording.Order, StringComparison.Ordinal).Trim());
            }
        }

        return gathered.ToSuite(name, "Tasks and attacks from run files of AgentDojo.");
    }

    private static List<string> Goals(
        List<AgentDojoRun> runs,
        Dictionary<(string, string), AgentDojoRun> honest,
        GatheredSuite gathered
    )
    {
        var goals = new List<string>();
        foreach (var run in runs.Where(run => run.IsAttackers))
        {
            if (run.Steps.IsEmpty)
            {
                gathered.Note($"{run.Suite}/{run.Task} calls no tool: left out");
                continue;
            }

            goals.Add(run.Says);
            gathered.AddAttack(run.Says, "other", Bare(run.Steps), run.Place);
        }

        if (goals.Count > 0)
        {
            return goals;
        }

        foreach (var run in runs.Where(run => run.Worked && !run.Injections.IsEmpty))
        {
            var own = honest.TryGetValue((run.Suite, run.Task), out var known) ? known.Steps : [];
            var added = run.Steps.Where(step => !own.Any(one => IsSame(one, step))).ToImmutableArray();
            if (!own.IsEmpty && !added.IsEmpty)
            {
                gathered.AddAttack(run.Injections[0], "other", Bare(added), run.Place);
            }
        }

        return goals;
    }

    // Where an attack stood in the answer to the same call, a stranger's text stands.
    private static ImmutableArray<SuiteStep> Placed(ImmutableArray<SuiteStep> steps, IEnumerable<AgentDojoRun> attacked)
    {
        var seen = attacked
            .SelectMany(run =>
                run.Steps.Select(step => (Step: step, Answer: InjectedText.Mark((string)step.Returns!, run.Injections)))
            )
            .Where(one => one.Answer is not null)
            .ToList();
        return
        [
            .. steps.Select(step =>
                seen.FirstOrDefault(one => IsSame(one.Step, step)) is { Answer: { } answer }
                    ? step with
                    {
                        Returns = answer,
                    }
                    : step
            ),
        ];
    }

    // The attacker's tools answer as they answer everybody.
    private static ImmutableArray<SuiteStep> Bare(ImmutableArray<SuiteStep> steps) =>
        [.. steps.Select(step => step with { Returns = null })];

    private static bool IsSame(SuiteStep one, SuiteStep other) =>
        one.Name == other.Name && JsonNode.DeepEquals(one.With, other.With);
}
