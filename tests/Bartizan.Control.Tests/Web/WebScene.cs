using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Bartizan.Client;
using Bartizan.Client.People;
using Bartizan.Control.OpenId;
using Bartizan.Control.People;
using Bartizan.Control.Web;
using Bartizan.Core.Tests.Enforcement;

namespace Bartizan.Control.Tests.Web;

/// <summary>A web API on loopback, with people, a clock that the test moves, and browsers that send what the test says.</summary>
internal sealed class WebScene : IAsyncDisposable
{
    private const int FewIterations = 1000;

    private readonly X509Certificate2 _certificate;
    private readonly HttpClient _client;
    private readonly string _folder;

    private WebScene(int port, string folder)
    {
        Port = port;
        _folder = folder;
        _certificate = Certificate();
        Book = new AccountBook(() => Kept, text => Kept = text);
        Sessions = new PersonSessions(TimeSpan.FromMinutes(30), TimeSpan.FromHours(12), Clock);
        Throttle = new SignInThrottle(Clock);
        Log = new AdminLog(Journal, Clock);
        SignIns = new SignInDesk(Book, Sessions, Throttle, Log, Clock, FewIterations);
        People = new PeopleDesk(Book, Sessions, SignIns, Throttle, Log, Enrolled.Contains, Clock);
        Tokens = new TokenDesk(Book, SignIns, Log, Clock);
        (Instance, Shown) = ShownInstance.Make();
        _client = Client(null);
    }

    public int Port { get; }

    public string Origin => $"https://localhost:{Port}";

    public string Socket => Path.Combine(_folder, "web.sock");

    public ManualClock Clock { get; } = new();

    public MemoryJournal Journal { get; } = new();

    public string? Kept { get; set; }

    public HashSet<string> Enrolled { get; } = [];

    public Dictionary<string, string> Accounts { get; } = [];

    public AccountBook Book { get; }

    public PersonSessions Sessions { get; }

    public SignInThrottle Throttle { get; }

    public AdminLog Log { get; }

    public SignInDesk SignIns { get; }

    public PeopleDesk People { get; }

    public TokenDesk Tokens { get; }

    public IInstance Instance { get; }

    public ShownInstance Shown { get; }

    public CodeFlow? OpenId { get; private set; }

    public WebServer Server { get; private set; } = null!;

    public WebHouse House =>
        new()
        {
            Instance = Instance,
            Book = Book,
            Sessions = Sessions,
            SignIns = SignIns,
            People = People,
            Tokens = Tokens,
            Log = Log,
            OpenId = OpenId,
            AccountOf = name => Accounts.GetValueOrDefault(name, name),
            Clock = Clock,
        };

    public static async Task<WebScene> OpenAsync(WebPages? pages = null, Func<WebScene, Task<CodeFlow>>? openId = null)
    {
        var scene = new WebScene(FreePort.Next(), Directory.CreateTempSubdirectory("bartizan-web-").FullName);
        scene.OpenId = openId is null ? null : await openId(scene);
        scene.Server = await WebServer.StartAsync(
            new WebOptions
            {
                Listen = new IPEndPoint(IPAddress.Loopback, scene.Port),
                Origin = new Uri(scene.Origin),
                Certificate = () => SslStreamCertificateContext.Create(scene._certificate, null, offline: true),
                Socket = scene.Socket,
                Uid = OwnUid(),
                Instance = "test",
            },
            scene.House,
            pages,
            TestContext.Current.CancellationToken
        );
        return scene;
    }

    /// <summary>An account that is set up.</summary>
    public async Task<SetUpPerson> AddAsync(string name, params Grant[] grants)
    {
        var added = await People.AnswerAsync(
            new PeopleRequest
            {
                Verb = PeopleVerb.Add,
                Person = name,
                Grants = PeopleDesk.Lines([.. grants]),
            },
            Caller.OfOwner("owner")
        );
        return await SetUpAsync(name, added.Token!);
    }

    /// <summary>Sets an account up, as its person would in a browser.</summary>
    public async Task<SetUpPerson> SetUpAsync(string name, string token)
    {
        const string Passphrase = "correct horse battery staple";
        using var first = await PostAsync("/v1/setup", new SetupRequest { Person = name, Token = token });
        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        var secret = Book.Find(name)!.Secret;
        (await ReadAsync<SetupReply>(first)).Secret.ShouldBe(Base32.Write(secret));
        using var second = await PostAsync(
            "/v1/setup",
            new SetupRequest
            {
                Person = name,
                Token = token,
                Passphrase = Passphrase,
                Code = Totp.CodeOf(secret, Totp.StepAt(Clock.GetUtcNow())),
            }
        );
        second.StatusCode.ShouldBe(HttpStatusCode.OK);
        return new SetUpPerson(name, Passphrase, secret, (await ReadAsync<SetupReply>(second)).RecoveryCodes);
    }

    /// <summary>What a person types now; the clock goes on, for each code counts once.</summary>
    public EnterRequest Typed(SetUpPerson person)
    {
        Clock.Advance(TimeSpan.FromSeconds(30));
        return new EnterRequest
        {
            Person = person.Name,
            Passphrase = person.Passphrase,
            Code = Totp.CodeOf(person.Secret, Totp.StepAt(Clock.GetUtcNow())),
        };
    }

    /// <summary>What a person's authenticator shows; the clock goes on, for each code counts once.</summary>
    public string CodeOf(string name)
    {
        Clock.Advance(TimeSpan.FromSeconds(30));
        return Totp.CodeOf(Book.Find(name)!.Secret, Totp.StepAt(Clock.GetUtcNow()));
    }

    /// <summary>Signs a person in.</summary>
    public async Task<Browser> EnterAsync(SetUpPerson person)
    {
        using var response = await PostAsync("/v1/enter", Typed(person));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var me = await ReadAsync<MeReply>(response);
        return new Browser(Cookie(response), me.Form!, me.Session!);
    }

    /// <summary>A person with an account, signed in.</summary>
    public async Task<Browser> AddAndEnterAsync(string name, params Grant[] grants) =>
        await EnterAsync(await AddAsync(name, grants));

    public Task<HttpResponseMessage> GetAsync(string path, Browser? browser = null) =>
        SendAsync(
            HttpMethod.Get,
            path,
            null,
            request =>
            {
                if (browser is not null)
                {
                    request.Headers.Add("Cookie", $"{WebCookie.Session}={browser.Cookie}");
                }
            }
        );

    /// <summary>Posts as a browser of this origin does.</summary>
    public Task<HttpResponseMessage> PostAsync(
        string path,
        object body,
        Browser? browser = null,
        Action<HttpRequestMessage>? change = null
    ) =>
        SendAsync(
            HttpMethod.Post,
            path,
            body,
            request =>
            {
                request.Headers.Add("Origin", Origin);
                request.Headers.Add("Sec-Fetch-Site", "same-origin");
                if (browser is not null)
                {
                    request.Headers.Add("Cookie", $"{WebCookie.Session}={browser.Cookie}");
                    request.Headers.Add("Bartizan-Form", browser.Form);
                }

                change?.Invoke(request);
            }
        );

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        object? body,
        Action<HttpRequestMessage>? change = null,
        HttpClient? client = null
    )
    {
        using var request = new HttpRequestMessage(
            method,
            new Uri($"{(client is null ? Origin : "http://bartizan")}{path}")
        );
        if (body is not null)
        {
            request.Content = new ByteArrayContent(
                body is string text
                    ? System.Text.Encoding.UTF8.GetBytes(text)
                    : JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), Wire.Options)
            );
            request.Content.Headers.ContentType = new("application/json");
        }

        change?.Invoke(request);
        return await (client ?? _client).SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Whether a certificate is the one that this scene shows.</summary>
    public bool IsOwn(X509Certificate? shown) => shown is not null && shown.Equals(_certificate);

    /// <summary>A client of the console's socket.</summary>
    public HttpClient Inner() => Client(Socket);

    public static async Task<T> ReadAsync<T>(HttpResponseMessage response) =>
        JsonSerializer.Deserialize<T>(
            await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken),
            Wire.Options
        )!;

    /// <summary>What a session's cookie holds, after it was given as it must be.</summary>
    public static string Cookie(HttpResponseMessage response)
    {
        var given = response.Headers.GetValues("Set-Cookie").Single();
        given.ShouldStartWith("__Host-bartizan=");
        given.ShouldEndWith("; Path=/; Secure; HttpOnly; SameSite=Lax");
        return given.Split(';')[0]["__Host-bartizan=".Length..];
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _client.Dispose();
        SignIns.Dispose();
        _certificate.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private HttpClient Client(string? socket)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            Expect100ContinueTimeout = TimeSpan.FromMinutes(1),
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, shown, _, _) => IsOwn(shown),
            },
        };
        if (socket is not null)
        {
            handler.ConnectCallback = async (_, stop) =>
            {
                var to = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await to.ConnectAsync(new UnixDomainSocketEndPoint(socket), stop);
                return new NetworkStream(to, ownsSocket: true);
            };
        }

        return new HttpClient(handler) { Timeout = TimeSpan.FromMinutes(2) };
    }

    private static uint OwnUid() =>
        uint.Parse(
            File.ReadLines("/proc/self/status")
                .First(line => line.StartsWith("Uid:", StringComparison.Ordinal))
                .Split('\t')[2],
            System.Globalization.CultureInfo.InvariantCulture
        );

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now - TimeSpan.FromDays(1), now + TimeSpan.FromDays(1));
    }
}
