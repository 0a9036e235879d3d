using System.CommandLine;
using Bartizan.Cli.Demo;
using Bartizan.Cli.Terminal;
using Bartizan.Daemon;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan doctor</c>: what this host gives, and proof by live violations that each plane enforces.</summary>
internal static class DoctorCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "doctor",
            "Shows what this host gives and proves with live violations that each plane enforces. Example: bartizan doctor"
        )
        {
            json,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var host = HostFacts.Gather();
                var able = host.Missing.IsEmpty;
                var (ok, attempts, _) = able ? await DemoStory.PlayAsync(_ => { }, cancellationToken) : (false, [], "");
                if (parsed.GetValue(json))
                {
                    Screen.Json(
                        new
                        {
                            ok,
                            facts = host.Facts.ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal),
                            host.Missing,
                            host.Weaker,
                            planes = attempts,
                        }
                    );
                    return Code(able, ok);
                }

                foreach (var (name, value) in host.Facts)
                {
                    Screen.Line($"{name, -16} {value}");
                }

                foreach (var weaker in host.Weaker)
                {
                    Screen.Line($"weaker           {weaker}", Tone.Quiet);
                }

                foreach (var missing in host.Missing)
                {
                    Screen.Error(ExitCode.Platform, missing);
                }

                foreach (var attempt in attempts)
                {
                    var holds = attempt is { Stopped: true, ControlSucceeded: true };
                    Screen.Line(
                        $"{(holds ? "enforces" : "OPEN"), -16} {attempt.Layer}: {attempt.What}",
                        holds ? Tone.Good : Tone.Bad
                    );
                }

                return Code(able, ok);
            }
        );
        return command;
    }

    private static int Code(bool able, bool ok) =>
        !able ? ExitCode.Platform
        : ok ? ExitCode.Done
        : ExitCode.No;
}
