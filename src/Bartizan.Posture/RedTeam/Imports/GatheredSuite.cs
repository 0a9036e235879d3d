using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Bartizan.Posture.RedTeam.Imports;

/// <summary>Tasks, attacks and wordings as they are found in other people's files: each once, with an id of its own.</summary>
internal sealed partial class GatheredSuite
{
    private readonly Dictionary<string, SuiteTask> _tasks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SuiteAttack> _attacks = new(StringComparer.Ordinal);
    private readonly List<string> _frames = [];
    private readonly SortedDictionary<string, SortedDictionary<string, SortedSet<string>>> _tools = new(
        StringComparer.Ordinal
    );
    private readonly List<string> _notes = [];

    /// <summary>Something was left out.</summary>
    public void Note(string note) => _notes.Add(note);

    /// <summary>Adds a task, unless it is there.</summary>
    /// <exception cref="SuiteException">A tool's name is none.</exception>
    public void AddTask(string says, ImmutableArray<SuiteStep> steps, string place)
    {
        Know(steps, place);
        var id = string.Create(CultureInfo.InvariantCulture, $"task-{_tasks.Count + 1}");
        _tasks.TryAdd($"{says}\n{Key(steps)}", new SuiteTask(id, says, steps));
    }

    /// <summary>Adds an attack, unless it is there.</summary>
    /// <exception cref="SuiteException">It has no steps, or a tool's name is none.</exception>
    public void AddAttack(string wants, string harm, ImmutableArray<SuiteStep> steps, string place)
    {
        if (steps.IsEmpty)
        {
            throw new SuiteException($"the attack in {place} calls nothing: nothing could show that it worked");
        }

        Know(steps, place);
        var id = string.Create(CultureInfo.InvariantCulture, $"attack-{_attacks.Count + 1}");
        _attacks.TryAdd(
            $"{wants}\n{Key(steps)}",
            new SuiteAttack(
                id,
                wants,
                ImmutableSortedDictionary<string, string>.Empty,
                harm.Trim() is { Length: > 0 } named ? named : "other",
                steps,
                null,
                true
            )
        );
    }

    /// <summary>Adds a way to put an order, unless it is there.</summary>
    public void AddWording(string frame)
    {
        if (!_frames.Contains(frame))
        {
            _frames.Add(frame);
        }
    }

    /// <summary>All of it.</summary>
    /// <exception cref="SuiteException">There is nothing to play.</exception>
    public ImportedSuite ToSuite(string name, string about)
    {
        if (_tasks.Count == 0 || _attacks.Count == 0)
        {
            throw new SuiteException(
                $"the files hold {_tasks.Count} tasks and {_attacks.Count} attacks: there is nothing to play"
            );
        }

        var suite = new Suite(
            name,
            about,
            $"{name}.yaml",
            _tools.ToImmutableSortedDictionary(
                server => server.Key,
                server => server.Value.Select(Tool).ToImmutableArray(),
                StringComparer.Ordinal
            ),
            [.. _tasks.Values],
            [.. _attacks.Values],
            [.. _frames.Select(Frame)]
        );
        return new ImportedSuite(suite, DraftManifest.Write(suite), [.. _notes]);
    }

    private static Wording Frame(string frame, int at) =>
        new(string.Create(CultureInfo.InvariantCulture, $"wording-{at + 1}"), "en", Disguise.None, "", frame);

    private static SuiteTool Tool(KeyValuePair<string, SortedSet<string>> tool) =>
        new(
            tool.Key,
            "",
            new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject(
                    tool.Value.Select(name => KeyValuePair.Create(name, (JsonNode?)new JsonObject()))
                ),
            },
            "done"
        );

    private void Know(ImmutableArray<SuiteStep> steps, string place)
    {
        foreach (var step in steps)
        {
            if (!ToolName().IsMatch(step.Tool))
            {
                throw new SuiteException(
                    $"a tool in {place} has a name that no rule can say: letters, digits, `_`, `-` and `.` make one"
                );
            }

            if (!_tools.TryGetValue(step.Server, out var tools))
            {
                _tools[step.Server] = tools = new(StringComparer.Ordinal);
            }

            if (!tools.TryGetValue(step.Tool, out var arguments))
            {
                tools[step.Tool] = arguments = new(StringComparer.Ordinal);
            }

            arguments.UnionWith(step.With.Select(one => one.Key));
        }
    }

    private static string Key(ImmutableArray<SuiteStep> steps) =>
        string.Join('\n', steps.Select(step => $"{step.Name} {step.With.ToJsonString()}"));

    [GeneratedRegex("^[A-Za-z0-9_.-]{1,64}$", RegexOptions.NonBacktracking)]
    private static partial Regex ToolName();
}
