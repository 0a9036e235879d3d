using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Bartizan.Client;
using Bartizan.Client.People;
using Bartizan.Control.People;

namespace Bartizan.Daemon.Tests.Consoles;

/// <summary>A whole instance, its owner at the control socket, and a person at the console.</summary>
public sealed class ConsoleTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("bartizan-console-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task Without_a_file_nothing_listens_and_accounts_can_be_made()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var daemon = await BartizanDaemon.StartAsync(new DaemonOptions { Home = _home }, stop);
        using var owner = new ControlClient(new ControlAddress(_home));
        (await owner.StatusAsync(stop)).Web.ShouldBeNull();
        File.Exists(Path.Combine(_home, "web.sock")).ShouldBeFalse();
        var added = await owner.PeopleAsync(
            new PeopleRequest { Verb = PeopleVerb.Add, Person = "alice@example.com" },
            stop
        );
        added.Token.ShouldNotBeNull();
        added.Web.ShouldBeNull();
        (await owner.PeopleAsync(new PeopleRequest { Verb = PeopleVerb.List }, stop))
            .People.ShouldHaveSingleItem()
            .IsSetUp.ShouldBeFalse();
    }

    [Fact]
    public async Task A_mistake_in_the_file_keeps_the_console_closed_and_nothing_else()
    {
        var stop = TestContext.Current.CancellationToken;
        await File.WriteAllTextAsync(Path.Combine(_home, "console.yaml"), "listen: 0.0.0.0:8643\n", stop);
        await using var daemon = await BartizanDaemon.StartAsync(new DaemonOptions { Home = _home }, stop);
        using var owner = new ControlClient(new ControlAddress(_home));
        var status = await owner.StatusAsync(stop);
        status.Web.ShouldBeNull();
        status.WebProblem!.ShouldContain("needs `tls");
    }

    [Fact]
    public async Task Somebody_is_added_set_up_signs_in_and_is_in_the_log()
    {
        var stop = TestContext.Current.CancellationToken;
        var port = FreePort.Next();
        await File.WriteAllTextAsync(Path.Combine(_home, "console.yaml"), $"listen: 127.0.0.1:{port}\n", stop);
        await using var daemon = await BartizanDaemon.StartAsync(new DaemonOptions { Home = _home }, stop);
        using var owner = new ControlClient(new ControlAddress(_home));
        var web = (await owner.StatusAsync(stop)).Web!;
        web.IsSelfMade.ShouldBeTrue();
        web.Origin.ShouldBe($"https://127.0.0.1:{port}");
        var token = (
            await owner.PeopleAsync(
                new PeopleRequest
                {
                    Verb = PeopleVerb.Add,
                    Person = "alice@example.com",
                    Grants = [new GrantLine("viewer", ["*"])],
                },
                stop
            )
        ).Token!;
        using var browser = Browser(web);
        const string Passphrase = "correct horse battery staple";
        var first = new SetupRequest { Person = "alice@example.com", Token = token };
        using var shown = await PostAsync(browser, web, "/v1/setup", first);
        shown.StatusCode.ShouldBe(HttpStatusCode.OK);
        var secret = Secret((await ReadAsync<SetupReply>(shown)).Secret!);
        string Code(int later) => Totp.CodeOf(secret, Totp.StepAt(TimeProvider.System.GetUtcNow()) + later);
        using var set = await PostAsync(
            browser,
            web,
            "/v1/setup",
            first with
            {
                Passphrase = Passphrase,
                Code = Code(0),
            }
        );
        set.StatusCode.ShouldBe(HttpStatusCode.OK);

        // The clock is the machine's: the code of the next step is taken, too, and the one of now was used.
        using var entered = await PostAsync(
            browser,
            web,
            "/v1/enter",
            new EnterRequest
            {
                Person = "alice@example.com",
                Passphrase = Passphrase,
                Code = Code(1),
            }
        );
        entered.StatusCode.ShouldBe(HttpStatusCode.OK);
        var cookie = entered.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{web.Origin}/v1/status");
        request.Headers.Add("Cookie", cookie);
        using var status = await browser.SendAsync(request, stop);
        (await ReadAsync<StatusReply>(status)).Instance.ShouldNotBeEmpty();
        (await owner.PeopleAsync(new PeopleRequest { Verb = PeopleVerb.List }, stop)).People[0].Sessions.ShouldBe(1);
        var kept = await File.ReadAllTextAsync(Path.Combine(_home, "keys", "people.json"), stop);
        kept.ShouldNotContain(Passphrase);
        File.GetUnixFileMode(Path.Combine(_home, "keys", "people.json"))
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await owner.PeopleAsync(new PeopleRequest { Verb = PeopleVerb.Remove, Person = "alice@example.com" }, stop);
        using var again = new HttpRequestMessage(HttpMethod.Get, $"{web.Origin}/v1/status");
        again.Headers.Add("Cookie", cookie);
        using var over = await browser.SendAsync(again, stop);
        over.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/set-up")]
    [InlineData("/break-glass")]
    public async Task A_form_is_no_larger_than_what_somebody_types_who_isnt_signed_in(string path)
    {
        var stop = TestContext.Current.CancellationToken;
        await File.WriteAllTextAsync(
            Path.Combine(_home, "console.yaml"),
            $"listen: 127.0.0.1:{FreePort.Next()}\n",
            stop
        );
        await using var daemon = await BartizanDaemon.StartAsync(new DaemonOptions { Home = _home }, stop);
        using var owner = new ControlClient(new ControlAddress(_home));
        var web = (await owner.StatusAsync(stop)).Web!;
        using var browser = Browser(web);

        using var typed = await SendFormAsync(browser, web, path, 256);
        using var more = await SendFormAsync(browser, web, path, 16 << 10);

        typed.StatusCode.ShouldNotBe(HttpStatusCode.RequestEntityTooLarge);
        more.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    private static async Task<HttpResponseMessage> SendFormAsync(
        HttpClient browser,
        WebStanding web,
        string path,
        int length
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{web.Origin}{path}");
        request.Content = new FormUrlEncodedContent([
            new("person", "x@y.z"),
            new("passphrase", new string('p', length)),
        ]);
        request.Headers.Add("Origin", web.Origin);
        return await browser.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<HttpResponseMessage> PostAsync(
        HttpClient browser,
        WebStanding web,
        string path,
        object body
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{web.Origin}{path}");
        request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), Wire.Options));
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("Origin", web.Origin);
        return await browser.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response) =>
        JsonSerializer.Deserialize<T>(
            await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken),
            Wire.Options
        )!;

    // As a person does: the fingerprint that the command line says is compared with the one that is shown.
    private static HttpClient Browser(WebStanding web) =>
        new(
            new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                SslOptions =
                {
                    RemoteCertificateValidationCallback = (_, shown, _, _) =>
                        Convert.ToHexString(SHA256.HashData(shown!.GetRawCertData()))
                        == web.Fingerprint.Replace(":", "", StringComparison.Ordinal),
                },
            }
        )
        {
            Timeout = TimeSpan.FromMinutes(2),
        };

    private static byte[] Secret(string base32)
    {
        var (bytes, bits, held) = (new List<byte>(), 0, 0);
        foreach (var letter in base32)
        {
            held = (held << 5) | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(letter, StringComparison.Ordinal);
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                bytes.Add((byte)(held >> bits));
                held &= (1 << bits) - 1;
            }
        }

        return [.. bytes];
    }
}
