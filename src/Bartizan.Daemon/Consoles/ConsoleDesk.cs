using Bartizan.Client;
using Bartizan.Client.People;
using Bartizan.Control;
using Bartizan.Control.OpenId;
using Bartizan.Control.People;
using Bartizan.Control.Web;
using Bartizan.Core.Ports;
using Bartizan.Daemon.Erasures;
using Bartizan.Daemon.Identity;
using Bartizan.Daemon.Vaults;
using Bartizan.Vault.Identity.OpenId;

namespace Bartizan.Daemon.Consoles;

/// <summary>
/// The people who run this instance: their accounts, who of them is signed in, and where they reach it. With a mistake in
/// <c>console.yaml</c>, or in the file of accounts, nothing listens and the owner is told; agents run on.
/// </summary>
internal sealed class ConsoleDesk : IAsyncDisposable
{
    private const int Refused = 4;
    private static readonly TimeSpan s_idle = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan s_absolute = TimeSpan.FromHours(12);

    private readonly StateDirectory _state;
    private readonly DaemonOptions _options;
    private readonly ConsoleFile? _file;
    private readonly Parts? _parts;
    private string? _problem;
    private WebServer? _server;
    private ServedCertificate? _certificate;
    private HttpMessageInvoker? _wire;

    /// <summary>Opens the accounts; nothing listens yet.</summary>
    public ConsoleDesk(StateDirectory state, IJournal journal, DaemonOptions options)
    {
        (_state, _options) = (state, options);
        try
        {
            _file = ConsoleFile.Load(state.Home);
            _parts = Parts.Of(state, _file, journal, options.Clock);
        }
        catch (Exception e) when (e is ControlException or IOException or UnauthorizedAccessException)
        {
            _problem = e is ControlException told ? told.Problem.Error : e.Message;
            options.Say($"nobody signs in: {_problem}");
        }
    }

    /// <summary>Where it is; null when nothing listens.</summary>
    public WebStanding? Standing =>
        _server is not null && _file is not null && _certificate is { } certificate
            ? new WebStanding(
                _file.Origin.GetLeftPart(UriPartial.Authority),
                certificate.Fingerprint(),
                _file.Tls is null,
                certificate.Standing().Ends,
                certificate.Standing().Problem
            )
            : null;

    /// <summary>Why nothing listens although the file asks for it; null when nothing is wrong.</summary>
    public string? Problem => _problem;

    /// <summary>Listens, where the file says so.</summary>
    public async Task ServeAsync(
        IInstance instance,
        string origin,
        WebPages? pages,
        CancellationToken cancellationToken
    )
    {
        if (_file is null || _parts is null)
        {
            return;
        }

        try
        {
            var files = _file.Tls ?? OwnCertificate.In(_state.Keys, _file.Origin, _options.Clock);
            var certificate = ServedCertificate.Open(files, _options.Say, _options.Clock, "the console's");
            _certificate = certificate;
            _wire = _file.OpenId is { } terms ? OpenIdWire.Open(terms.Issuer) : null;
            _server = await WebServer
                .StartAsync(
                    new WebOptions
                    {
                        Listen = _file.Listen,
                        Origin = _file.Origin,
                        Certificate = certificate.Now,
                        Socket = _state.WebSocket,
                        Uid = People.OwnUid(),
                        Instance = origin,
                    },
                    _parts.House(instance, FlowOf(_file, _wire), _options.Clock),
                    pages ?? ConsolePages.Over(_state),
                    cancellationToken
                )
                .ConfigureAwait(false);
            _options.Say($"people reach this instance at {_file.Origin.GetLeftPart(UriPartial.Authority)}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _problem = e.Message;
            _options.Say($"people can't reach this instance at {_file.Listen}: {_problem}");
        }
    }

    /// <summary>What the owner asks of the people.</summary>
    /// <exception cref="ControlException">When it can't be done.</exception>
    public async Task<PeopleReply> AnswerAsync(PeopleRequest request, string owner) =>
        await Known().People.AnswerAsync(request, Caller.OfOwner(owner)).ConfigureAwait(false) with
        {
            Web = Standing,
        };

    /// <summary>What the owner asks of tokens.</summary>
    /// <exception cref="ControlException">When it can't be done.</exception>
    public Task<TokensReply> AnswerAsync(TokensRequest request, string owner) =>
        Known().Tokens.AnswerAsync(request, Caller.OfOwner(owner));

    /// <summary>
    /// Tells from now on whether what somebody says stands as it stood: false once their account here was taken away, given other roles or
    /// set up anew. Who has none stands as they stand.
    /// </summary>
    public Func<bool> Holding(string name)
    {
        var then = _parts is null ? null : AccountMark.Of(_parts.Book, name);
        return () => then is null || then == AccountMark.Of(_parts!.Book, name);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync().ConfigureAwait(false);
        }

        _wire?.Dispose();
        _certificate?.Dispose();
        _parts?.SignIns.Dispose();
    }

    private CodeFlow? FlowOf(ConsoleFile file, HttpMessageInvoker? wire) =>
        file.OpenId is { } terms && wire is not null
            ? new CodeFlow(terms, new OpenIdTokens(_options.Clock), wire, file.Origin, _options.Clock)
            : null;

    private Parts Known() =>
        _parts
        ?? throw new ControlException(
            new ControlProblem(Refused, $"nobody signs in: {_problem}", "mend it, then start the instance again")
        );

    private sealed record Parts(
        AccountBook Book,
        PersonSessions Sessions,
        SignInDesk SignIns,
        PeopleDesk People,
        TokenDesk Tokens,
        AdminLog Log,
        Func<string, string> AccountOf
    )
    {
        public static Parts Of(StateDirectory state, ConsoleFile? file, IJournal journal, TimeProvider clock)
        {
            var disk = new KeyDisk(state.Keys, "people.json");
            var book = new AccountBook(disk.Read, disk.Replace);
            var sessions = new PersonSessions(file?.Idle ?? s_idle, file?.Absolute ?? s_absolute, clock);
            var (throttle, log) = (new SignInThrottle(clock), new AdminLog(journal, clock));
            var signIns = new SignInDesk(book, sessions, throttle, log, clock);
            // A list that can't be read names nobody: and then nobody's account is for an administrator to make.
            var list = new EnrolledFile(state.Home);
            bool IsEnrolled(string name) => Enrolled(list) is not { } people || people.Names(name);
            return new Parts(
                book,
                sessions,
                signIns,
                new PeopleDesk(book, sessions, signIns, throttle, log, IsEnrolled, clock),
                new TokenDesk(book, signIns, log, clock),
                log,
                name => Enrolled(list)?.AccountOf(name) ?? name
            );
        }

        public WebHouse House(IInstance instance, CodeFlow? openId, TimeProvider clock) =>
            new()
            {
                Instance = instance,
                Book = Book,
                Sessions = Sessions,
                SignIns = SignIns,
                People = People,
                Tokens = Tokens,
                Log = Log,
                OpenId = openId,
                AccountOf = AccountOf,
                Clock = clock,
            };

        private static EnrolledPeople? Enrolled(EnrolledFile list)
        {
            try
            {
                return list.Read();
            }
            catch (ControlException)
            {
                return null;
            }
        }
    }
}
