using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Bartizan.Posture.RedTeam.Imports;

/// <summary>One run that AgentDojo wrote down (Debenedetti et al., 2024): a task, the attack in it if there was one, and what was
/// called.</summary>
/// <param name="Place">The file, for errors.</param>
/// <param name="Suite">Its suite.</param>
/// <param name="Task">The task: the user's, or an attacker's that was played as a user's.</param>
/// <param name="Injections">The attacker's texts, by where they were put; empty in an honest run.</param>
/// <param name="Says">What the user typed.</param>
/// <param name="Steps">The calls, with their answers.</param>
/// <param name="Worked">True when the attack did.</param>
internal sealed record AgentDojoRun(
    string Place,
    string Suite,
    string Task,
    ImmutableArray<string> Injections,
    string Says,
    ImmutableArray<SuiteStep> Steps,
    bool Worked
)
{
    /// <summary>True when an attacker's task was played as a user's: its calls are what a model does that obeys.</summary>
    public bool IsAttackers => Task.StartsWith("injection_task", StringComparison.Ordinal);

    /// <summary>Reads one.</summary>
    /// <exception cref="SuiteException">It is none.</exception>
    public static AgentDojoRun Read(string file, string text)
    {
        var root = new SuiteNode(SuiteReader.Parse(text, file), file);
        var messages = root.List("messages").ToList();
        var suite = root.Text("suite_name");
        var answers = messages.Where(one => one.TextOr("role", "") == "tool").ToList();
        var calls = messages
            .Where(one => one.TextOr("role", "") == "assistant")
            .SelectMany(one => one.ListOr("tool_calls"))
            .ToList();
        return new AgentDojoRun(
            file,
            suite,
            root.Text("user_task_id"),
            [.. root.MembersOr("injections").Select(one => one.Value.Text()).Where(one => one.Length > 0)],
            messages.Where(one => one.TextOr("role", "") == "user").Select(Content).FirstOrDefault("").Trim(),
            [
                .. calls.Select(
                    (call, at) =>
                        new SuiteStep(
                            suite,
                            call.Text("function"),
                            call.Object("args"),
                            // Answers stand in the order of the calls.
                            at < answers.Count
                                ? Content(answers[at])
                                : ""
                        )
                ),
            ],
            root.FlagOr("security", false)
        );
    }

    // A text, or a list of blocks.
    private static string Content(SuiteNode message) =>
        message.AnyOr("content") switch
        {
            JsonArray blocks => string.Join(
                '\n',
                blocks.OfType<JsonObject>().Select(block => block["content"] ?? block["text"]).OfType<JsonValue>()
            ),
            JsonValue text when text.TryGetValue<string>(out var said) => said,
            _ => "",
        };
}
