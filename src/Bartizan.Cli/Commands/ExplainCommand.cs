using System.CommandLine;
using System.Globalization;
using Bartizan.Cli.Terminal;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan explain VERB TARGET</c>: which rules decide an action, and the nearest rule that would change it.</summary>
internal static class ExplainCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var verb = new Argument<string>("verb") { Description = "model, http, connect, read, write or exec." };
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
            json,
        };
        command.SetAction(parsed =>
        {
            var loaded = ManifestFile.Load(parsed.GetValue(manifest)!, out var code);
            if (loaded is null)
            {
                return code;
            }

            if (Target(parsed.GetValue(verb)!, parsed.GetValue(target)!) is not { } asked)
            {
                return Screen.Error(
                    ExitCode.Usage,
                    $"`{parsed.GetValue(verb)} {string.Join(' ', parsed.GetValue(target)!)}` is no action",
                    "write it as `model provider/name`, `http METHOD url`, `connect host:port`, `read path`, `write path` or `exec words`"
                );
            }

            var explanation = Policy.Compile(loaded).Explain(asked, TimeProvider.System.GetUtcNow());
            if (parsed.GetValue(json))
            {
                Screen.Json(explanation);
            }
            else
            {
                Print(asked, explanation);
            }

            return explanation.Decision.Effect == Effect.Deny ? ExitCode.Refused : ExitCode.Done;
        });
        return command;
    }

    private static ActionTarget? Target(string verb, string[] words)
    {
        var text = words[0];
        switch (verb)
        {
            case "model" when text.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash:
                return new ModelTarget(text[..slash], text[(slash + 1)..]);
            case "connect" when text.LastIndexOf(':') is > 0 and var colon:
                return
                    HostName.TryParse(text.AsSpan(0, colon), out var host, out _)
                    && int.TryParse(text.AsSpan(colon + 1), CultureInfo.InvariantCulture, out var port)
                    ? new ConnectTarget(host, port)
                    : null;
            case "http" when words.Length == 2 && Uri.TryCreate(words[1], UriKind.Absolute, out var url):
                return
                    HostName.TryParse(url.Host, out var named, out _)
                    && UrlPath.TryNormalize(url.AbsolutePath, out var path, out _)
                    ? url.Scheme == "https"
                        ? new ConnectTarget(named, url.Port)
                        : new HttpTarget(text.ToUpperInvariant(), url.Scheme, named, url.Port, path)
                    : null;
            case "read":
                return new FileTarget(Verb.Read, text);
            case "write":
                return new FileTarget(Verb.Write, text);
            case "exec":
                return new ExecTarget([.. words]);
            default:
                return null;
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
        foreach (var layer in explanation.Layers)
        {
            Screen.Line(
                $"  {layer.Layer}{(layer.IsCeiling ? " (ceiling)" : "")}: {layer.Effect.ToString().ToLowerInvariant()} {layer.Because}".TrimEnd()
            );
            foreach (var rule in layer.Matched)
            {
                Screen.Line($"    {rule.Place}  {rule.Text}  — {rule.Why}");
            }
        }

        if (explanation.Change is { } change)
        {
            Screen.Line($"nearest change: {change}");
        }
    }
}
