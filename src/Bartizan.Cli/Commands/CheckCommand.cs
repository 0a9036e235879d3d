using System.CommandLine;
using Bartizan.Cli.Terminal;
using Bartizan.Cli.Vaults;
using Bartizan.Core.Findings;
using Bartizan.Core.Manifests;
using Bartizan.Core.Pins;
using Bartizan.Daemon;
using Bartizan.Daemon.Pins;
using Bartizan.Posture.Credentials;
using Bartizan.Posture.Images;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan check</c>: loads manifests and says where each rule is enforced, and how strongly.</summary>
internal static class CheckCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var files = new Argument<string[]>("file")
        {
            Description = "Manifests; agent.yaml when left out.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var all = new Option<bool>("--all") { Description = "List the rules of the baselines, too." };
        var json = new Option<bool>("--json") { Description = "Print JSON, with all rules." };
        var command = new Command(
            "check",
            "Loads a manifest, names every fault with its position, and says where each rule is enforced. Example: bartizan check agent.yaml"
        )
        {
            files,
            all,
            json,
        };
        command.SetAction(parsed =>
        {
            var names = parsed.GetValue(files) is { Length: > 0 } given ? given : [ManifestFile.Default];
            var reports = names.Select(Report).ToList();
            if (parsed.GetValue(json))
            {
                Screen.Json(reports);
            }
            else
            {
                reports.ForEach(report => Print(report, parsed.GetValue(all)));
            }

            return reports.TrueForAll(r => r.Errors.Count == 0) ? ExitCode.Done : ExitCode.Manifest;
        });
        return command;
    }

    private static CheckReport Report(string name)
    {
        var path = Path.GetFullPath(name);
        var load = ManifestFiles.Load(path);
        var rules = load.Manifest is null
            ? []
            : ManifestReport
                .Of(load.Manifest)
                .Select(r => new CheckedRule(
                    r.Rule.Position.ToString(),
                    r.Layer,
                    r.Rule.Text,
                    r.Rule.Why,
                    r.Point,
                    r.Strength,
                    r.Says
                ))
                .ToList();
        return new CheckReport(
            name,
            [
                .. load.Errors.Select(Fault),
                .. load.Warnings.Where(warning => warning.FailsCheck).Select(Fault),
                .. InTheClear(path, load),
                .. Unfit(path, load, tolerated: false),
            ],
            [
                .. load.Warnings.Where(warning => !warning.FailsCheck).Select(Fault),
                .. Unpinned(path, load),
                .. Unfit(path, load, tolerated: true),
            ],
            rules,
            load.Manifest is null ? [] : ManifestReport.AskedOf(load.Manifest)
        );
    }

    // What is shown to the agent must hold no credential of anything that matters.
    private static IEnumerable<CheckFault> InTheClear(string path, ManifestLoad load)
    {
        if (
            load.Manifest is not { Environment: not DeploymentEnvironment.Development, Run: { } run }
            || Path.GetFullPath(run.WorkspacePath, Path.GetDirectoryName(path)!) is var workspace
                && !Directory.Exists(workspace)
        )
        {
            return [];
        }

        var scope = new SearchScope { Workspace = workspace };
        return CredentialSearch
            .Run(scope, FoundSecrets.In, new SearchTally(), progress: null, CancellationToken.None)
            .Where(one => one.Confidence >= FoundSecrets.Sure)
            .Select(one => new CheckFault(
                $"{Path.Combine(workspace, one.Places[0].Name)}:{one.Places[0].Line}:1",
                $"a credential ({one.Kind}) lies in the clear in the workspace",
                "`bartizan vault import` moves it into the vault, and says what must be rotated"
            ));
    }

    // In development an image that nobody has looked into is a warning; anywhere else no agent starts in it.
    private static IEnumerable<CheckFault> Unfit(string path, ManifestLoad load, bool tolerated) =>
        load.Manifest is { Run: { } run } manifest
        && tolerated == (manifest.Environment == DeploymentEnvironment.Development)
        && ImageJudgement.Of(run, Path.GetDirectoryName(path)!, TimeProvider.System.GetUtcNow()) is { } judged
            ? judged.Faults.Select(fault => new CheckFault(
                $"{path}:1:1",
                $"{run.Image}: {fault}",
                "`bartizan image scan` judges a new scan; `run: scan: ignore:` bears a finding for a time"
            ))
            : [];

    private static IEnumerable<CheckFault> Unpinned(string path, ManifestLoad load)
    {
        if (load.Manifest is not { Servers.IsEmpty: false } manifest)
        {
            yield break;
        }

        var pins = LockFiles.Load(LockFiles.PathOf(path));
        var position = $"{LockFiles.PathOf(path)}:1:1";
        if (pins is null)
        {
            yield return new CheckFault(
                position,
                manifest.PinsRequired
                    ? "there is no such file, and `pins: required`: no tool of any server is there"
                    : "there is no such file: what each server offers is taken as it is seen first",
                "`bartizan pin` shows it and writes the file"
            );
        }
        else if (pins.Lock is null)
        {
            yield return new CheckFault(position, pins.Problem, "take the committed version back");
        }
        else
        {
            foreach (
                var bad in PinChange
                    .Between(PinLock.Nothing, pins.Lock)
                    .SelectMany(pin => pin.Findings.Select(f => (pin.What, Finding: f)))
                    .Where(one => one.Finding.Severity is FindingSeverity.High)
            )
            {
                yield return new CheckFault(
                    position,
                    $"`{bad.What}` is pinned in spite of `{bad.Finding.Code}`: {bad.Finding.Says}",
                    "take the tool out of the rules, or the server out of the manifest"
                );
            }

            var named = manifest.Servers.Where(s => !s.Value.IsOwn).Select(s => s.Key);
            foreach (var name in named.Except(pins.Lock.Servers.Keys).Order(StringComparer.Ordinal))
            {
                yield return new CheckFault(
                    position,
                    $"the server `{name}` isn't pinned: none of its tools is there",
                    "`bartizan pin` shows it and pins it"
                );
            }
        }
    }

    private static CheckFault Fault(ManifestError error) =>
        new(error.Position.ToString(), error.Message, error.Hint.Length == 0 ? null : error.Hint);

    private static void Print(CheckReport report, bool all)
    {
        foreach (var fault in report.Errors)
        {
            Screen.Note($"error: {fault.Position}: {fault.Message}{(fault.Hint is { } hint ? $"\nhint: {hint}" : "")}");
        }

        foreach (var fault in report.Warnings)
        {
            Screen.Note($"warning: {fault.Position}: {fault.Message}");
        }

        if (report.Errors.Count > 0)
        {
            return;
        }

        Screen.Line($"{report.File}: valid, {report.Rules.Count} rules", Tone.Good);
        var shown = report.Rules.Where(r => all || !r.Layer.StartsWith("baseline", StringComparison.Ordinal)).ToList();
        foreach (var rule in shown)
        {
            Screen.Line(
                $"  {Screen.Printable(rule.Rule)}{(rule.Layer == "manifest" ? "" : $"  ({rule.Layer})")}",
                Tone.Strong
            );
            Screen.Line($"      {rule.Strength.ToString().ToLowerInvariant()}, by {rule.EnforcedBy}: {rule.Says}");
        }

        foreach (var asked in report.Asked)
        {
            Screen.Line($"  {Screen.Printable(asked)}");
        }

        if (shown.Count < report.Rules.Count)
        {
            Screen.Line($"  and {report.Rules.Count - shown.Count} rules of the baselines; `--all` lists them");
        }
    }

    private sealed record CheckReport(
        string File,
        IReadOnlyList<CheckFault> Errors,
        IReadOnlyList<CheckFault> Warnings,
        IReadOnlyList<CheckedRule> Rules,
        IReadOnlyList<string> Asked
    );

    private sealed record CheckFault(string Position, string Message, string? Hint);

    private sealed record CheckedRule(
        string Position,
        string Layer,
        string Rule,
        string Why,
        string EnforcedBy,
        EnforcementStrength Strength,
        string Says
    );
}
