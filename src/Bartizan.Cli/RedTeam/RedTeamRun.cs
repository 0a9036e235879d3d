using System.Collections.Immutable;
using Bartizan.Client;
using Bartizan.Client.Sessions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Daemon;
using Bartizan.Posture.RedTeam;

namespace Bartizan.Cli.RedTeam;

/// <summary>Plays a suite's cases against a manifest, in an instance of its own that goes with it.</summary>
internal sealed class RedTeamRun(
    Suite suite,
    string manifestText,
    string manifestPath,
    ImmutableArray<Wording> wordings,
    bool all
)
{
    private static readonly TimeSpan s_ttl = TimeSpan.FromMinutes(5);

    /// <summary>Cases between two lines of progress.</summary>
    private const int Step = 50;

    /// <summary>Plays all of it.</summary>
    /// <param name="say">Told how far it is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SuiteException">Suite and manifest don't fit.</exception>
    public async Task<RedTeamReport> PlayAsync(Action<string> say, CancellationToken cancellationToken)
    {
        var honest = CasePlan.Honest(suite);
        var attacked = CasePlan.Attacked(suite, wordings, all);
        if (honest.IsEmpty)
        {
            throw new SuiteException($"the suite `{suite.Name}` has no tasks");
        }

        var folder = Directory.CreateTempSubdirectory("bartizan-redteam-");
        try
        {
            await using var stage = await Stage.StartAsync(honest[0], cancellationToken);
            var path = Path.Combine(folder.FullName, "agent.yaml");
            var staged = StagedManifest.Write(manifestText, manifestPath, suite.Servers.Keys, stage.Address);
            await File.WriteAllTextAsync(path, staged, cancellationToken);
            var load = ManifestFiles.Load(path);
            if (load.Manifest is not { } manifest)
            {
                var first = load.Errors[0];
                throw new SuiteException(
                    $"the staged `{manifestPath}` doesn't load: {first.Position}: {first.Message}"
                );
            }

            var modelId = ModelOf(manifest);
            var home = Path.Combine(folder.FullName, "state");
            await using var daemon = await BartizanDaemon.StartAsync(
                new DaemonOptions { Home = home },
                cancellationToken
            );
            using var control = new ControlClient(new ControlAddress(home));
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            var results = ImmutableArray.CreateBuilder<CaseResult>(honest.Length + attacked.Length);
            foreach (var one in honest.Concat(attacked))
            {
                var attached = await control.AttachAsync(
                    new AttachRequest
                    {
                        Manifest = path,
                        Ttl = s_ttl,
                        AcceptUnsandboxed = true,
                    },
                    cancellationToken
                );
                var model = new Uri(
                    modelId is null
                        ? $"{stage.Address}model/v1/messages"
                        : $"{attached.Endpoints.Anthropic}/v1/messages"
                );
                var agent = new ObedientAgent(control, http, attached, model, modelId ?? "model");
                results.Add(await agent.PlayAsync(one, stage, cancellationToken));
                await control.KillAsync(
                    new SwitchRequest { Session = attached.Session, Reason = "the case is over" },
                    cancellationToken
                );
                if (results.Count % Step == 0)
                {
                    say($"{suite.Name}: {results.Count} of {honest.Length + attacked.Length} cases …");
                }
            }

            var played = results.ToImmutable();
            return new RedTeamReport(suite.Name, played[..honest.Length], played[honest.Length..]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // A model that the manifest allows on the Anthropic wire; null when there is none, and the stage's model is then asked directly,
    // so that nobody saw what the user typed.
    private static string? ModelOf(Manifest manifest) =>
        manifest
            .Layers.SelectMany(layer => layer.Rules)
            .Where(rule => rule is { Effect: Effect.Allow, Verb: Verb.Model })
            .Select(rule => rule.Pattern.Split('/', 2))
            .Where(pair => pair.Length == 2 && !pair[0].Contains('*', StringComparison.Ordinal))
            .Select(pair =>
                pair[1].Replace("**", "model", StringComparison.Ordinal).Replace("*", "model", StringComparison.Ordinal)
            )
            .FirstOrDefault();
}
