using System.CommandLine;
using System.Globalization;
using Bartizan.Cli.Demo;
using Bartizan.Cli.Terminal;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan demo</c>: a fooled model, and each layer seen to hold.</summary>
internal static class DemoCommand
{
    /// <summary>The hidden command that is the demo's agent.</summary>
    public const string AgentName = "demo-agent";

    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "demo",
            "Shows a fooled model being stopped on this machine; no key needed. Example: bartizan demo"
        )
        {
            json,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var clock = TimeProvider.System;
                var started = clock.GetTimestamp();
                var (ok, attempts, proof) = await DemoStory.PlayAsync(Screen.Note, cancellationToken);
                var seconds = clock.GetElapsedTime(started).TotalSeconds;
                if (parsed.GetValue(json))
                {
                    Screen.Json(
                        new
                        {
                            ok,
                            seconds,
                            attempts,
                            proof,
                        }
                    );
                    return ok ? ExitCode.Done : ExitCode.No;
                }

                foreach (var attempt in attempts)
                {
                    Screen.Line();
                    Screen.Line($"{Mark(attempt.Stopped)}  {Screen.Paint(attempt.What, Tone.Strong)}");
                    Screen.Line($"   {(attempt.Stopped ? "stopped by" : "NOT stopped by")}  {attempt.Layer}");
                    Screen.Line($"   rule        {attempt.Rule}");
                    Screen.Line($"   agent saw   {Shorten(attempt.Observed)}");
                    Screen.Line($"   control     {Mark(attempt.ControlSucceeded)} {attempt.Control}");
                }

                Screen.Line();
                Screen.Line(proof);
                Screen.Line(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{attempts.Count(a => a.Stopped)} of {attempts.Length} attempts stopped, {attempts.Count(a => a.ControlSucceeded)} of {attempts.Length} controls succeeded, {seconds:F1} s"
                    ),
                    ok ? Tone.Good : Tone.Bad
                );
                return ok ? ExitCode.Done : ExitCode.No;
            }
        );
        return command;
    }

    /// <summary>Builds the hidden command.</summary>
    public static Command MakeAgent()
    {
        var command = new Command(AgentName, "The demo's agent.") { Hidden = true };
        command.SetAction((_, cancellationToken) => DemoAgent.RunAsync(cancellationToken));
        return command;
    }

    private static string Mark(bool good) => good ? Screen.Paint("ok", Tone.Good) : Screen.Paint("FAILED", Tone.Bad);

    private static string Shorten(string text)
    {
        var line = Screen.Printable(text.Trim());
        return line.Length > 160 ? $"{line[..160]}…" : line;
    }
}
