using System.CommandLine;
using System.Text.Json;
using Bartizan.Cli.Terminal;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan explain VERB TARGET</c>: which rules decide an action, and the nearest rule that would change it.</summary>
internal static class ExplainCommand
{
    private const string NoLabel = "none";

    private static readonly Option<string[]> s_arguments = new("--arg")
    {
        Description = "An argument of a tool call, NAME=VALUE; a value that is JSON is taken as JSON.",
        AllowMultipleArgumentsPerToken = false,
    };

    private static readonly Option<string[]> s_labels = new("--label")
    {
        Description =
            "What the session has been exposed to: untrusted, private, secret, or none; unknown when left out.",
    };

    private static readonly Option<string?> s_user = new("--user")
    {
        Description = "The person; unknown when left out.",
    };

    private static readonly Option<string?> s_time = new("--time") { Description = "RFC 3339; now when left out." };

    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var verb = new Argument<string>("verb") { Description = "model, tool, http, connect, read, write, exec…" };
        var target = new Argument<string[]>("target")
        {
            Description = "What it reaches for, as a rule would name it.",
            Arity = ArgumentArity.OneOrMore,
        };
        var manifest = new Option<string>("-m", "--manifest")
        {
            Description = "The agent's manifest.",
            DefaultValueFactory = _ => ManifestFile.Default,
        };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "explain",
            "Says how an action would be decided, and by which rules. Example: bartizan explain connect pypi.example:443"
        )
        {
            verb,
            target,
            manifest,
            s_arguments,
            s_labels,
            s_user,
            s_time,
            json,
        };
        command.SetAction(parsed =>
        {
            var loaded = ManifestFile.Load(parsed.GetValue(manifest)!, out var code);
            if (loaded is null)
            {
                return code;
            }

            var action = $"{parsed.GetValue(verb)} {string.Join(' ', parsed.GetValue(target)!)}";
            if (!QuestionReader.TryParse(Ask(parsed, action), null, out _, out var question, out var problem))
            {
                return Screen.Error(
                    ExitCode.Usage,
                    problem,
                    parsed.GetValue(verb) is "read" or "write"
                        ? "a file is `workspace/PATH`, `home/PATH`, `tmp/PATH` or, elsewhere on the host, `/PATH`"
                        : "an action is `model provider/name`, `tool server/name`, `http METHOD url`, `connect host:port`, `read path` or `exec words`"
                );
            }

            var policy = Policy.Compile(loaded);
            question = Tunnelled(question, policy);
            var explanation = question.Ask(policy, loaded, TimeProvider.System.GetUtcNow());
            if (parsed.GetValue(json))
            {
                Screen.Json(explanation);
            }
            else
            {
                Print(question.Target, explanation);
            }

            return explanation.Decision.Effect == Effect.Deny ? ExitCode.Refused : ExitCode.Done;
        });
        return command;
    }

    // An https url that nothing looks into is reached through a tunnel, and the tunnel is what is decided.
    private static Question Tunnelled(Question question, Policy policy) =>
        question.Target is HttpTarget { Scheme: "https" } http
        && policy.InterceptorOf(new ConnectTarget(http.Host, http.Port)) is null
            ? question with
            {
                Target = new ConnectTarget(http.Host, http.Port),
            }
            : question;

    // The question as `decide` takes it, so that both read it alike.
    private static byte[] Ask(ParseResult parsed, string action)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("action", action);
            if (parsed.GetValue(s_arguments) is { Length: > 0 } arguments)
            {
                writer.WriteStartObject("args");
                foreach (var argument in arguments)
                {
                    var equals = argument.IndexOf('=', StringComparison.Ordinal);
                    writer.WritePropertyName(equals < 0 ? argument : argument[..equals]);
                    WriteValue(writer, equals < 0 ? "true" : argument[(equals + 1)..]);
                }

                writer.WriteEndObject();
            }

            if (parsed.GetValue(s_labels) is { Length: > 0 } labels)
            {
                writer.WriteStartArray("labels");
                foreach (var label in labels.Where(label => label != NoLabel))
                {
                    writer.WriteStringValue(label);
                }

                writer.WriteEndArray();
            }

            if (parsed.GetValue(s_user) is { } user)
            {
                writer.WriteString("user", user);
            }

            if (parsed.GetValue(s_time) is { } time)
            {
                writer.WriteString("time", time);
            }

            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    // What is JSON is taken as JSON: 3 is a number, "3" a text.
    private static void WriteValue(Utf8JsonWriter writer, string text)
    {
        try
        {
            using var value = JsonDocument.Parse(text);
            value.RootElement.WriteTo(writer);
        }
        catch (JsonException)
        {
            writer.WriteStringValue(text);
        }
    }

    private static void Print(ActionTarget target, Explanation explanation)
    {
        var effect = explanation.Decision.Effect;
        Screen.Line(
            $"{effect.ToString().ToLowerInvariant()}: {target.Verb.ToString().ToLowerInvariant()} {Screen.Printable(target.Text)}",
            effect == Effect.Allow ? Tone.Good : Tone.Bad
        );
        Screen.Line($"because {explanation.Decision.Reason}");
        if (explanation.Decision.Obligations.Keep is { } kept)
        {
            Screen.Line(Screen.Printable($"of its result the agent gets the fields {kept}, and no others"));
        }

        foreach (var layer in explanation.Layers)
        {
            Screen.Line(
                $"  {layer.Layer}{(layer.IsCeiling ? " (ceiling)" : "")}: {layer.Effect.ToString().ToLowerInvariant()} {layer.Because}".TrimEnd()
            );
            foreach (var rule in layer.Matched)
            {
                Screen.Line($"    {rule.Place}  {rule.Text}  — {rule.Why}");
            }

            foreach (var demand in layer.Demands)
            {
                Screen.Line(
                    $"    {demand.Rule.Place}  {demand.Rule.Text}  {(demand.Applies ? "applies" : "doesn't apply")}",
                    Tone.Quiet
                );
                foreach (var step in demand.Steps)
                {
                    Screen.Line(
                        Screen.Printable(
                            $"      {step.Truth.ToString().ToLowerInvariant()}: {step.Text}  ({step.Values})"
                        ),
                        Tone.Quiet
                    );
                }

                foreach (var lack in demand.Lacks.Where(_ => demand.Steps.IsEmpty))
                {
                    Screen.Line(Screen.Printable($"      {lack}"), Tone.Quiet);
                }
            }
        }

        if (explanation.Change is { } change)
        {
            Screen.Line(Screen.Printable($"nearest change: {change}"));
        }

        if (explanation.Decision is { Effect: Effect.Deny, Needed: { } needed } denied)
        {
            Screen.Line("the narrowest rule that would allow it:");
            Screen.Line(Screen.Printable($"  - {needed}"));
            if (denied.NeededArguments is { } arguments)
            {
                Screen.Line(Screen.Printable($"    {arguments}"));
            }

            Screen.Line("    why: …", Tone.Quiet);
        }
    }
}
