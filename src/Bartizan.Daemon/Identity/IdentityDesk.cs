using System.Text.Json.Nodes;
using Bartizan.Client;
using Bartizan.Client.Identity;
using Bartizan.Control;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Sessions;
using Bartizan.Daemon.Vaults;
using Bartizan.Vault.Identity;

namespace Bartizan.Daemon.Identity;

/// <summary>
/// Who the agents of this instance are to others: the keys that sign it, the tokens that live sessions have, and where the keys are
/// published. With a mistake in <c>identity.yaml</c> nothing is signed: a token by a wrong issuer is worse than none.
/// </summary>
internal sealed class IdentityDesk : IAsyncDisposable
{
    private const int Refused = 4;

    private readonly IdentityKeys _keys;
    private readonly IdentityFile? _file;
    private readonly string? _problem;
    private readonly IJournal _journal;
    private readonly AgentTokens? _tokens;
    private readonly LiveSessions _sessions;
    private readonly TimeProvider _clock;
    private TokenExchange? _exchange;
    private IdentityServer? _server;
    private ServedCertificate? _certificate;
    private string? _unserved;

    private IdentityDesk(
        StateDirectory state,
        string instance,
        LiveSessions sessions,
        IJournal journal,
        DaemonOptions options
    )
    {
        _sessions = sessions;
        _clock = options.Clock;
        _journal = journal;
        _keys = new IdentityKeys(new KeyDisk(state.Keys, "identity.json"), options.Clock);
        try
        {
            _file = IdentityFile.Load(state.Home, instance);
            _tokens = new AgentTokens(_keys, _file.Place, options.Clock);
            Loans = new IdentityLoans(_tokens, ClaimsOf, journal, options.Clock);
        }
        catch (Exception e) when (e is ControlException or IOException or UnauthorizedAccessException)
        {
            _problem = e is ControlException told ? told.Problem.Error : e.Message;
            options.Say($"no agent has an identity: {_problem}");
        }
    }

    /// <summary>What live sessions are lent; null when nothing is signed.</summary>
    public IdentityLoans? Loans { get; }

    /// <summary>Opens it.</summary>
    public static async Task<IdentityDesk> OpenAsync(
        StateDirectory state,
        string instance,
        LiveSessions sessions,
        IJournal journal,
        DaemonOptions options,
        CancellationToken cancellationToken
    )
    {
        var desk = new IdentityDesk(state, instance, sessions, journal, options);
        if (desk._file?.Listen is not { } listen)
        {
            return desk;
        }

        try
        {
            desk._certificate = desk._file.Tls is { } files
                ? ServedCertificate.Open(files, options.Say, options.Clock)
                : null;
            desk._server = await IdentityServer
                .StartAsync(
                    listen,
                    desk._file.Place.Issuer,
                    desk._keys.PublicSet,
                    desk.Introspect,
                    desk.ExchangeAsync,
                    desk._certificate is { } certificate ? certificate.Now : null,
                    options.Clock,
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (IOException e)
        {
            desk._unserved = e.Message;
            options.Say($"the keys of agents' identity aren't served on {listen}: {e.Message}");
        }

        return desk;
    }

    /// <summary>Lets agents act for one another, as the monitor decides; before it is there nobody does.</summary>
    public IdentityDesk Deciding(ReferenceMonitor monitor)
    {
        if (_tokens is not null)
        {
            Volatile.Write(
                ref _exchange,
                new TokenExchange(_tokens, _file!.Place, _sessions, monitor, _journal, _clock)
            );
        }

        return this;
    }

    /// <summary>Says how agents are known; makes a new key when that is asked.</summary>
    /// <exception cref="ControlException">When nothing is signed here.</exception>
    public async Task<IdentityReply> AnswerAsync(
        IdentityRequest request,
        string person,
        CancellationToken cancellationToken
    )
    {
        if (_file is null)
        {
            throw new ControlException(
                new ControlProblem(
                    Refused,
                    $"no agent has an identity: {_problem}",
                    "mend it, then start the instance again"
                )
            );
        }

        try
        {
            if (request.Rotate)
            {
                var made = _keys.Rotate();
                await _journal
                    .AppendAsync(
                        new Entry
                        {
                            Kind = EntryKind.Instance,
                            Person = person,
                            Detail = $"agents' tokens are signed with a new key: {made}",
                        },
                        cancellationToken
                    )
                    .ConfigureAwait(false);
            }

            return new IdentityReply(
                _file.Place.TrustDomain,
                _file.Place.Issuer,
                _server is null ? null : _file.Listen?.ToString(),
                JsonNode.Parse(_keys.PublicSet())!
            )
            {
                Tls = _server is null ? null : _certificate?.Standing(),
                Unserved = _unserved,
            };
        }
        catch (IOException e)
        {
            throw new ControlException(new ControlProblem(Refused, e.Message));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync().ConfigureAwait(false);
        }

        _certificate?.Dispose();
        _exchange?.Dispose();
        Loans?.Dispose();
        _keys.Dispose();
    }

    // RFC 7662: what a token says, while all sessions that it speaks of run.
    private JsonObject? Introspect(string token) =>
        _tokens?.Verify(token) is { } good
        && good.Sessions.All(id => _sessions.Find(id) is { State: SessionState.Running })
            ? good.Claims
            : null;

    private Task<TokenReply> ExchangeAsync(TokenRequest request, CancellationToken cancellationToken) =>
        Volatile.Read(ref _exchange) is { } exchange
            ? exchange.ExchangeAsync(request, cancellationToken)
            : Task.FromResult(TokenReply.Refused("temporarily_unavailable", "the instance is starting"));

    private AgentClaims? ClaimsOf(SessionId id) =>
        _sessions.Find(id) is { State: SessionState.Preparing or SessionState.Running or SessionState.Paused } session
            ? new AgentClaims(
                id,
                session.Manifest.Agent,
                session.Manifest.Environment.ToString().ToLowerInvariant(),
                session.Policy.Digest.ToString()
            )
            : null;
}
