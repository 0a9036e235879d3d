using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Tests.Egress;

/// <summary>Real TLS through the tunnel and the captured port: no fake of ours on either end.</summary>
public sealed class TlsTests
{
    private static readonly X509Certificate2 Certificate = SelfSigned("web.example");

    [Fact]
    public async Task Tls_through_a_tunnel_reaches_the_named_server()
    {
        await using var house = new EgressHouse("allow: connect web.example:443");
        await using var canary = SecureEcho();
        house.Outside("web.example", canary);
        using var wire = await house.TunnelAsync("web.example:443");
        (await SpeakAsync(wire.Socket, "web.example")).ShouldBe("over tls");
        house.Network.Dialed.ShouldHaveSingleItem().Port.ShouldBe(443);
    }

    [Fact]
    public async Task Captured_tls_goes_to_the_name_behind_the_fake_address()
    {
        await using var house = new EgressHouse("allow: connect web.example:443");
        await using var canary = SecureEcho();
        house.Outside("web.example", canary);
        var answer = await house.AskDnsAsync(Question.Of("web.example"));
        Question.AddressOf(answer).ShouldBe(EgressHouse.FirstFake);
        using var wire = await Wire.OpenAsync(house.TlsAddress);
        (await SpeakAsync(wire.Socket, "web.example")).ShouldBe("over tls");
        house.Network.Asked.ShouldHaveSingleItem().ShouldBe("web.example");
    }

    [Fact]
    public async Task A_whole_https_host_in_an_http_rule_is_a_tunnel()
    {
        await using var house = new EgressHouse("allow: http * https://web.example/**");
        await using var canary = SecureEcho();
        house.Outside("web.example", canary);
        using var wire = await house.TunnelAsync("web.example:443");
        (await SpeakAsync(wire.Socket, "web.example")).ShouldBe("over tls");
    }

    [Fact]
    public async Task Refused_captured_tls_is_told_by_an_alert()
    {
        await using var house = new EgressHouse("allow: connect other.example:443");
        await house.AskDnsAsync(Question.Of("web.example"));
        using var wire = await Wire.OpenAsync(house.TlsAddress);
        var error = await Should.ThrowAsync<Exception>(() => SpeakAsync(wire.Socket, "web.example"));
        (error is System.Security.Authentication.AuthenticationException).ShouldBeTrue(error.ToString());
        (await house.Host.EntryAsync(e => e.Target == "web.example:443")).Effect.ShouldBe(Effect.Deny);
        house.Network.Asked.ShouldBeEmpty();
    }

    private static async Task<string> SpeakAsync(Socket socket, string name)
    {
        await using var stream = new SslStream(
            new NetworkStream(socket, ownsSocket: false),
            false,
            (_, certificate, _, _) => certificate!.GetRawCertData().SequenceEqual(Certificate.RawData)
        );
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name }).Soon();
        await stream.WriteAsync("over tls"u8.ToArray());
        var buffer = new byte[100];
        var read = await stream.ReadAtLeastAsync(buffer, 8, throwOnEndOfStream: false).Soon();
        return System.Text.Encoding.ASCII.GetString(buffer, 0, read);
    }

    private static Canary SecureEcho() =>
        new(
            async (_, socket) =>
            {
                await using var stream = new SslStream(new NetworkStream(socket, ownsSocket: false));
                await stream.AuthenticateAsServerAsync(Certificate);
                var buffer = new byte[100];
                var read = await stream.ReadAsync(buffer);
                await stream.WriteAsync(buffer.AsMemory(0, read));
                (await stream.ReadAsync(buffer)).ShouldBe(0);
            }
        );

    private static X509Certificate2 SelfSigned(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
