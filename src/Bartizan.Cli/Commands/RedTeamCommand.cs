using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Bartizan.Cli.RedTeam;
using Bartizan.Cli.Terminal;
using Bartizan.Posture.RedTeam;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan redteam</c>: what a manifest holds against a model that always obeys the attacker.</summary>
internal static class RedTeamCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var suites = new Option<string[]>("--suite")
        {
            Description =
                $"A suite's file, or one of {string.Join(", ", BundledSuites.Names)}; all of these when left out. Can be given more than once.",
        };
        var manifest = new Option<string?>("-m", "--manifest")
        {
            Description = "The manifest to attack; the suite's own when left out.",
        };
        var keep = new Option<string?>("--keep")
        {
            Description =
                "Writes each attack that gets through into this folder, as a suite of its own: a regression test.",
        };
        var all = new Option<bool>("--all")
        {
            Description =
                "Puts each attack in every wording into every task; left out, in some, which is a tenth of it.",
        };
        var json = new Option<bool>("--json") { Description = "Print JSON, case by case." };
        var command = new Command(
            "redteam",
            "Plays tasks and attacks through the real gateways with a model that obeys whatever it reads, and says what still got through. "
                + "Ends with 1 when an attack that the manifest covers did. Example: bartizan redteam --suite banking"
        )
        {
            suites,
            manifest,
            keep,
            all,
            json,
            RedTeamImportCommand.Make(),
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                try
                {
                    var named = parsed.GetValue(suites) is { Length: > 0 } given ? [.. given] : BundledSuites.Names;
                    var reports = await PlayAsync(
                        named,
                        parsed.GetValue(manifest),
                        parsed.GetValue(keep),
                        parsed.GetValue(all),
                        cancellationToken
                    );
                    if (parsed.GetValue(json))
                    {
                        Screen.Json(
                            reports.SelectMany(report => report.Honest.Concat(report.Attacked)).Select(CaseLine.Of)
                        );
                    }
                    else
                    {
                        RedTeamText.Show(reports);
                    }

                    return reports.All(report => report.Through.IsEmpty) ? ExitCode.Done : ExitCode.No;
                }
                catch (SuiteException e)
                {
                    return Screen.Error(ExitCode.Usage, e.Message, "docs/redteam.md describes the format");
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    return Screen.Error(ExitCode.Usage, e.Message, "check the files' paths and modes");
                }
            }
        );
        return command;
    }

    private static async Task<ImmutableArray<RedTeamReport>> PlayAsync(
        ImmutableArray<string> named,
        string? manifest,
        string? keep,
        bool all,
        CancellationToken cancellationToken
    )
    {
        var wordings = BundledSuites.Wordings();
        var reports = ImmutableArray.CreateBuilder<RedTeamReport>(named.Length);
        foreach (var name in named)
        {
            var (suite, text) = Read(name);
            var place = manifest ?? suite.Manifest;
            text = manifest is null ? text : await File.ReadAllTextAsync(manifest, cancellationToken);
            var report = await new RedTeamRun(suite, text, place, wordings, all).PlayAsync(
                Screen.Note,
                cancellationToken
            );
            if (keep is not null)
            {
                Keep(keep, report, text);
            }

            reports.Add(report);
        }

        return reports.ToImmutable();
    }

    /// <summary>A bundled suite, or a file's; with the text of its manifest.</summary>
    internal static (Suite Suite, string Manifest) Read(string name)
    {
        if (BundledSuites.Names.Contains(name))
        {
            return BundledSuites.Read(name);
        }

        var suite = SuiteReader.Read(File.ReadAllText(name), name);
        return (suite, File.ReadAllText(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(name))!, suite.Manifest)));
    }

    private static void Keep(string folder, RedTeamReport report, string manifest)
    {
        if (report.Through.IsEmpty)
        {
            return;
        }

        Directory.CreateDirectory(folder);
        var beside = $"{report.Suite}.yaml";
        File.WriteAllText(Path.Combine(folder, beside), manifest);
        foreach (var through in report.Through)
        {
            var file = string.Create(
                CultureInfo.InvariantCulture,
                $"{through.Case.Name.Replace('/', '-').Replace('+', '-')}.json"
            );
            File.WriteAllText(Path.Combine(folder, file), SuiteWriter.Write(through.Case, beside));
        }

        Screen.Note(
            $"{report.Through.Length} cases were kept in `{folder}`; `bartizan redteam --suite FILE` plays one again"
        );
    }
}
