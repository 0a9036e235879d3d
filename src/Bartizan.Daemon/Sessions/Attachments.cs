using Bartizan.Client;
using Bartizan.Client.Sessions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Identity;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Pins;
using Bartizan.Daemon.Users;

namespace Bartizan.Daemon.Sessions;

/// <summary>Sessions of agents that run elsewhere: gateways and a token, no sandbox.</summary>
internal sealed class Attachments(Rooms rooms, Func<AttachEndpoints> endpoints)
{
    /// <summary>The longest life of such a session: a token that outlives a working day is a key.</summary>
    private static readonly TimeSpan MaxLife = TimeSpan.FromHours(24);

    private const string TimeUp = "its time was up";

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

        var folder = Path.GetDirectoryName(Path.GetFullPath(request.Manifest))!;
        var (user, ttl, end) = await UserOfAsync(request, manifest, folder, person, cancellationToken)
            .ConfigureAwait(false);
        var (session, control) = Session.Open(
            SessionId.New(),
            manifest,
            Policy.Compile(manifest),
            person,
            observe: false,
            user
        );
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
            reason = user is null ? reason : $"{reason}; by {person}, for an end user";
            rooms.Policies.Keep(Policy.NormalFormOf(manifest), text);
            await rooms
                .Owner.RecordAsync(session, "preparing", session.Person, reason, cancellationToken)
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
            await rooms
                .Owner.RecordAsync(session, "running", session.Person, reason, cancellationToken)
                .ConfigureAwait(false);
            control.Start();
            var until = rooms.Clock.GetUtcNow() + ttl;
            var life = new CancellationTokenSource(ttl, rooms.Clock);
            life.Token.Register(() => _ = EndAsync(live, end));
            await live.AddAsync(life).ConfigureAwait(false);
            _ = ForgetWhenOverAsync(live);
            return new AttachReply
            {
                Session = session.Id.ToString(),
                Token = token,
                User = user?.Person,
                Until = until,
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

    // The session of a user is over when the word is that was given for them.
    private async Task<(EndUser? User, TimeSpan Life, string End)> UserOfAsync(
        AttachRequest request,
        Manifest manifest,
        string folder,
        string person,
        CancellationToken cancellationToken
    )
    {
        if (request.UserToken is not { } token)
        {
            return (null, request.Ttl, TimeUp);
        }

        var (user, life) = await new UserTokens(rooms.Callers, rooms.Users, rooms.Journal, rooms.Clock)
            .TakeAsync(manifest, folder, token, person, cancellationToken)
            .ConfigureAwait(false);
        return life < request.Ttl ? (user, life, "its user's token is over") : (user, request.Ttl, TimeUp);
    }

    private Task EndAsync(LiveSession live, string why) =>
        rooms.Owner.EndAsync(live, "bartizan", live.KilledBecause ?? why);

    private async Task ForgetWhenOverAsync(LiveSession live)
    {
        await live.Over.Task.ConfigureAwait(false);
        await rooms.ForgetAsync(live).ConfigureAwait(false);
    }
}
