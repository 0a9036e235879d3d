using System.Buffers.Text;
using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Bartizan.Control;

namespace Bartizan.Daemon.Tests.Identity.Attacks;

/// <summary>What clients of another make (openssl, curl) send and ask for, which .NET's wouldn't.</summary>
public sealed class ForeignTlsTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bartizan-foreign-").FullName;
    private readonly IPEndPoint _listen = FreePort.NextEndPoint();
    private readonly TokenHouse _house;
    private readonly X509Certificate2 _served;
    private IdentityServer? _server;

    public ForeignTlsTests()
    {
        _house = new TokenHouse($"https://{_listen}");
        _served = MadeCertificates.Fresh(_house.Clock.Now);
    }

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(await IsThereAsync("openssl") && await IsThereAsync("curl"), "needs openssl and curl");
        var shown = SslStreamCertificateContext.Create(_served, null, offline: true);
        _server = await _house.ServeAsync(_listen, () => shown);
    }

    public async ValueTask DisposeAsync()
    {
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        _house.Dispose();
        _served.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("ed25519")]
    [InlineData("ed448")]
    public async Task A_key_that_dotnet_has_no_word_for_binds_as_any_other(string kind)
    {
        await MakeAsync(kind);

        var reply = JsonNode.Parse(await TokenAsync("--cert", At("c.pem"), "--key", At("k.pem")))!;

        var pem = File.ReadAllText(At("c.pem"));
        var der = Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]);
        _house
            .Verified(reply["access_token"].ShouldNotBeNull(reply.ToJsonString()).GetValue<string>())
            .BoundTo!.Certificate.ShouldBe(Base64Url.EncodeToString(SHA256.HashData(der)));
    }

    [Fact]
    public async Task A_session_is_never_resumed_and_nothing_is_negotiated_again()
    {
        await MakeAsync("ed25519");
        string[] common = ["s_client", "-connect", $"{_listen}", "-cert", At("c.pem"), "-key", At("k.pem")];

        var again = await RunAsync("openssl", "", [.. common, "-tls1_2", "-reconnect"]);
        again.ShouldContain("New, TLSv1.2");
        again.ShouldNotContain("Reused,");

        var first = await RunAsync("openssl", "", [.. common, "-tls1_3", "-sess_out", At("session")]);
        first.ShouldContain("New, TLSv1.3");
        var second = File.Exists(At("session"))
            ? await RunAsync("openssl", "", [.. common, "-tls1_3", "-sess_in", At("session")])
            : "no session was given";
        second.ShouldNotContain("Reused,");

        var renewed = await RunAsync("openssl", "R\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", [.. common, "-tls1_2"]);
        renewed.ShouldContain("RENEGOTIATING");
        renewed.ShouldNotContain("HTTP/1.1 ");
    }

    [Theory]
    [InlineData("-tls1")]
    [InlineData("-tls1_1")]
    public async Task Older_versions_are_no_TLS(string version)
    {
        var said = await RunAsync(
            "openssl",
            "",
            ["s_client", "-connect", $"{_listen}", version, "-cipher", "DEFAULT:@SECLEVEL=0"]
        );

        said.ShouldContain("Cipher is (NONE)");
    }

    private string At(string name) => Path.Combine(_folder, name);

    private Task MakeAsync(string kind) =>
        RunAsync(
            "openssl",
            "",
            [
                "req",
                "-x509",
                "-newkey",
                kind,
                "-nodes",
                "-keyout",
                At("k.pem"),
                "-out",
                At("c.pem"),
                "-subj",
                "/CN=c",
                "-days",
                "1",
            ]
        );

    private Task<string> TokenAsync(params string[] more)
    {
        const string Jwt = "urn:ietf:params:oauth:token-type:jwt";
        var fields = new[]
        {
            "grant_type=urn:ietf:params:oauth:grant-type:token-exchange",
            $"subject_token={_house.Token(_house.Parent)}",
            $"subject_token_type={Jwt}",
            $"actor_token={_house.Token(_house.Child)}",
            $"actor_token_type={Jwt}",
            $"audience={TokenHouse.Stock}",
        };
        return RunAsync(
            "curl",
            "",
            [
                "-sSk",
                "--max-time",
                "20",
                .. more,
                .. fields.SelectMany(one => (string[])["--data-urlencode", one]),
                $"https://{_listen}/token",
            ]
        );
    }

    private static async Task<bool> IsThereAsync(string program)
    {
        try
        {
            await RunAsync(program, "", [program == "curl" ? "--version" : "version"]);
            return true;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static async Task<string> RunAsync(string program, string input, string[] arguments)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var (said, problems) = (
            process.StandardOutput.ReadToEndAsync(limit.Token),
            process.StandardError.ReadToEndAsync(limit.Token)
        );
        await process.WaitForExitAsync(limit.Token);
        return await said + await problems;
    }
}
