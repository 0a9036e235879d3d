using Bartizan.Client;
using Bartizan.Client.Sessions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Pins;

namespace Bartizan.Daemon.Sessions;

/// <summary>Sessions of agents that run elsewhere: gateways and a token, no sandbox.</summary>
internal sealed class Attachments(Rooms rooms, Func<AttachEndpoints> endpoints)
{
    /// <summary>The longest life of such a session: a token that outlives a working day is a key.</summary>
    private static readonly TimeSpan MaxLife = TimeSpan.FromHours(24);

    /// <summary>Opens one.</summary>
    public async Task<AttachReply> OpenAsync(AttachRequest request, string person, CancellationToken cancellationToken)
    {
        var load = ManifestFiles.Load(request.Manifest, out var text);
        var manifest =
            load.Manifest
            ?? throw new ControlException(
                new ControlProblem(3, $"{load.Errors[0].Position}: {load.Errors[0].Message}", load.Errors[0].Hint)
            );
        var needing = manifest
            .Layers.Where(l => !l.IsCeiling)
            .SelectMany(l => l.Rules)
            .FirstOrDefault(r => r.Verb is Verb.Read or Verb.Write or Verb.Exec);
        if (needing is not null && !request.AcceptUnsandboxed)
        {
            throw new ControlException(
                new ControlProblem(
                    4,
                    $"{needing.Position}: `{needing.Text}` needs a sandbox, which an attached agent has not",
                    "use `bartizan run`, or `--accept-unsandboxed` to go without it; that is recorded"
                )
            );
        }

        if (request.Ttl <= TimeSpan.Zero || request.Ttl > MaxLife)
        {
            throw new ControlException(
                new ControlProblem(2, "`--ttl` is more than a day, or nothing", "open a session for at most 24h")
            );
        }

        var (session, control) = Session.Open(
            SessionId.New(),
            manifest,
            Policy.Compile(manifest),
            person,
            observe: false
        );
        var folder = Path.GetDirectoryName(Path.GetFullPath(request.Manifest))!;
        var workspace = Path.GetFullPath(manifest.Run?.WorkspacePath ?? ".", folder);
        var live = new LiveSession(control, rooms.Clock.GetUtcNow(), "attach", new SessionTally())
        {
            Pins = new AgentPins(session, rooms.Pins.Open(request.Manifest), rooms.Journal),
            Authors = ManifestFiles.AuthorsOf(request.Manifest, manifest),
            Ground = new ServerGround(Environment.GetEnvironmentVariable("PATH") ?? "", folder, null, workspace),
            Places = ClientPlaces.In(workspace),
        };
        if (!rooms.Sessions.Add(live))
        {
            throw new ControlException(
                new ControlProblem(125, "the instance is going down", "start it again with `bartizan up`")
            );
        }

        try
        {
            var reason = needing is null
                ? "attached"
                : "attached, accepted without a sandbox: its rules on files and commands are not enforced";
            rooms.Policies.Keep(Policy.NormalFormOf(manifest), text);
            await rooms
                .Owner.RecordAsync(session, "preparing", person, reason, cancellationToken)
                .ConfigureAwait(false);
            rooms.Lender.Open(
                session.Id,
                manifest.Agent,
                manifest.Credentials,
                Path.GetDirectoryName(request.Manifest)!,
                request.Credentials,
                manifest.Providers
            );
            var token = rooms.Tokens.Mint(session.Id);
            await rooms.Owner.RecordAsync(session, "running", person, reason, cancellationToken).ConfigureAwait(false);
            control.Start();
            var life = new CancellationTokenSource(request.Ttl, rooms.Clock);
            life.Token.Register(() => _ = EndAsync(live, "its time was up"));
            await live.AddAsync(life).ConfigureAwait(false);
            _ = ForgetWhenOverAsync(live);
            return new AttachReply
            {
                Session = session.Id.ToString(),
                Token = token,
                Endpoints = endpoints().For([.. manifest.Servers.Keys]),
            };
        }
        catch
        {
            try
            {
                await EndAsync(live, "could not be opened").ConfigureAwait(false);
            }
            finally
            {
                await rooms.ForgetAsync(live).ConfigureAwait(false);
            }

            throw;
        }
    }

    private Task EndAsync(LiveSession live, string why) =>
        rooms.Owner.EndAsync(live, "bartizan", live.KilledBecause ?? why);

    private async Task ForgetWhenOverAsync(LiveSession live)
    {
        await live.Over.Task.ConfigureAwait(false);
        await rooms.ForgetAsync(live).ConfigureAwait(false);
    }
}
