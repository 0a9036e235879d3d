using System.CommandLine;
using System.Globalization;
using System.Text;
using Bartizan.Cli.Terminal;
using Bartizan.Daemon.SelfTest;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan sandbox test</c>: tries to break out, attempt by attempt.</summary>
internal static class SandboxCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var image = new Option<string?>("--image")
        {
            Description = "Try it in a container of this image, NAME@sha256:…, instead of in bubblewrap.",
        };
        var code = new Option<bool>("--code")
        {
            Description = "Try it in a sandbox such as a call of the code tool has, instead of an agent's.",
        };
        var test = new Command(
            "test",
            "Tries to break out of the agents' own profile, attempt by attempt. Example: bartizan sandbox test"
        )
        {
            json,
            image,
            code,
        };
        test.SetAction(
            async (parsed, cancellationToken) =>
            {
                Screen.Note("trying to break out of a sandbox, about 140 attempts with their controls …");
                var result = await SandboxTest.RunAsync(
                    parsed.GetValue(image),
                    parsed.GetValue(code),
                    cancellationToken
                );
                if (parsed.GetValue(json))
                {
                    Screen.Line(Encoding.UTF8.GetString(result.Json.Span));
                    return result.Ok ? ExitCode.Done : ExitCode.No;
                }

                Screen.Table(
                    ["ATTEMPT", "RESULT", "LAYER", "OBSERVED"],
                    [
                        .. result.Attempts.Select(a =>
                            (string[])
                                [
                                    a.Id,
                                    a.Fails
                                        ? a.Result.ToUpperInvariant()
                                        : a.Result.Replace("notapplicable", "not applicable", StringComparison.Ordinal),
                                    a.Layer,
                                    a.Observed,
                                ]
                        ),
                    ]
                );
                Screen.Line(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{result.Blocked} blocked, {result.Open} open, {result.Residual} accepted residuals, {result.NotApplicable} not applicable; limits by {result.Tier}"
                    ),
                    result.Ok ? Tone.Good : Tone.Bad
                );
                return result.Ok ? ExitCode.Done : ExitCode.No;
            }
        );
        return new Command("sandbox", "The sandbox, by hand. Example: bartizan sandbox test") { test };
    }
}
