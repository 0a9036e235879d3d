using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bartizan.EndToEnd.Tests;

/// <summary>An instance that serves its agents' keys with TLS, as its operator sees it.</summary>
public sealed class IdentityTlsTests
{
    [Fact]
    public async Task The_operator_sees_what_is_served_and_that_its_certificate_ends_soon()
    {
        await using var scene = await Scene.OpenAsync();
        var listen = Write(scene, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var asked = await scene.BartizanAsync("identity");

        asked.Code.ShouldBe(0, asked.ToString());
        asked.Output.ShouldContain($"served   https://{listen}");
        asked.Output.ShouldContain("tls      until ");
        asked.Output.ShouldContain("warning  the certificate ends on ");
        using var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.Subject == "CN=localhost";
        using var http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(30) };
        (await http.GetStringAsync($"https://{listen}/.well-known/openid-configuration")).ShouldContain(
            "\"tls_client_certificate_bound_access_tokens\":true"
        );
    }

    [Fact]
    public async Task With_a_key_that_others_can_read_nothing_is_served_and_the_operator_sees_why()
    {
        await using var scene = await Scene.OpenAsync();
        var listen = Write(scene, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        var asked = await scene.BartizanAsync("identity");

        asked.Code.ShouldBe(0, asked.ToString());
        asked.Output.ShouldContain("served   nowhere: the key `");
        asked.Output.ShouldContain("`chmod 600`");
        using var socket = new TcpClient();
        await Should.ThrowAsync<SocketException>(() => socket.ConnectAsync(IPEndPoint.Parse(listen)));
    }

    private static string Write(Scene scene, UnixFileMode mode)
    {
        var listen = $"127.0.0.1:{FreePort.Next()}";
        Directory.CreateDirectory(
            scene.Home,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var made = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            now.AddDays(-1),
            now.AddDays(9)
        );
        File.WriteAllText(Path.Combine(scene.Home, "id.pem"), made.ExportCertificatePem());
        File.WriteAllText(Path.Combine(scene.Home, "id-key.pem"), key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(Path.Combine(scene.Home, "id-key.pem"), mode);
        File.WriteAllText(
            Path.Combine(scene.Home, "identity.yaml"),
            $"issuer: https://{listen}\nlisten: {listen}\ntls: {{ certificate: id.pem, key: id-key.pem }}\n"
        );
        return listen;
    }
}
