using System.CommandLine;
using System.Globalization;
using Bartizan.Cli.Terminal;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Posture.Cases;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan test</c>: policy cases beside a manifest, and which of its rules they met.</summary>
internal static class TestCommand
{
    private const string Suffix = ".test.yaml";

    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var files = new Argument<string[]>("file")
        {
            Description = "Files of cases; every *.test.yaml of this folder when left out.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var least = new Option<int>("--least")
        {
            Description = "Fail when fewer percent of the manifest's rules were met by a case.",
        };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "test",
            "Runs policy cases and says which rules no case met. Example: bartizan test agent.test.yaml"
        )
        {
            files,
            least,
            json,
        };
        command.SetAction(parsed =>
        {
            var names = parsed.GetValue(files) is { Length: > 0 } given
                ? given
                :
                [
                    .. Directory
                        .GetFiles(".", "*" + Suffix)
                        .Select(f => Path.GetFileName(f))
                        .Order(StringComparer.Ordinal),
                ];
            if (names.Length == 0)
            {
                return Screen.Error(
                    ExitCode.Usage,
                    "there is no file of cases here",
                    "write agent.test.yaml beside agent.yaml, or name a file"
                );
            }

            var code = ExitCode.Done;
            foreach (var name in names)
            {
                code = Math.Max(code, Run(name, parsed.GetValue(least), parsed.GetValue(json)));
            }

            return code;
        });
        return command;
    }

    private static int Run(string name, int least, bool json)
    {
        string text;
        try
        {
            text = File.ReadAllText(name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Screen.Error(ExitCode.Usage, $"`{name}` can't be read", "check the file's path and mode");
        }

        var file = PolicyCaseFile.Load(text, name);
        foreach (var error in file.Errors)
        {
            Screen.Note($"error: {ManifestLoader.Describe(error)}");
        }

        if (file.Errors.Length > 0)
        {
            return ExitCode.Manifest;
        }

        var beside =
            file.Manifest
            ?? (
                name.EndsWith(Suffix, StringComparison.Ordinal)
                    ? Path.GetFileName(name)[..^Suffix.Length] + ".yaml"
                    : ManifestFile.Default
            );
        var loaded = ManifestFile.Load(Path.Combine(Path.GetDirectoryName(name) ?? "", beside), out var code);
        if (loaded is null)
        {
            return code;
        }

        var report = CaseReport.Of(loaded, file.Cases, TimeProvider.System.GetUtcNow());
        var percent = (int)(report.Coverage * 100);
        if (json)
        {
            Screen.Json(
                new
                {
                    File = name,
                    Passed = report.Results.Count(r => r.Passed),
                    Failed = report.Results.Count(r => !r.Passed),
                    Cases = report.Results.Select(r => new
                    {
                        r.Case.Name,
                        r.Case.Action,
                        At = r.Case.Position.ToString(),
                        r.Case.Expected,
                        Actual = r.Explanation.Decision.Effect,
                        r.Passed,
                        r.Explanation.Decision.Reason,
                    }),
                    report.Rules,
                    Unmet = report.Unmet.Select(rule => new { Rule = rule.Text, At = rule.Position.ToString() }),
                    Coverage = percent,
                }
            );
        }
        else
        {
            Print(report, percent);
        }

        return report.Results.All(r => r.Passed) && percent >= least ? ExitCode.Done : ExitCode.No;
    }

    private static void Print(CaseReport report, int percent)
    {
        foreach (var result in report.Results)
        {
            var decision = result.Explanation.Decision;
            Screen.Line(
                $"{(result.Passed ? "ok  " : "FAIL")}  {Word(decision.Effect), -5} {Screen.Printable(result.Case.Name)}",
                result.Passed ? Tone.Plain : Tone.Bad
            );
            if (!result.Passed)
            {
                Screen.Line(
                    $"      {result.Case.Position}: expected {Word(result.Case.Expected)}"
                        + (result.Case.By is { } by ? $" by `{by}`" : "")
                );
                Screen.Line($"      because {Screen.Printable(decision.Reason)}");
            }
        }

        foreach (var rule in report.Unmet)
        {
            Screen.Line($"no case meets {rule.Position}: {rule.Text}", Tone.Quiet);
        }

        Screen.Line(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Results.Count(r => r.Passed)} passed, {report.Results.Count(r => !r.Passed)} failed; {report.Rules - report.Unmet.Length} of {report.Rules} rules met ({percent} %)"
            )
        );
    }

    private static string Word(Effect effect) => effect.ToString().ToLowerInvariant();
}
