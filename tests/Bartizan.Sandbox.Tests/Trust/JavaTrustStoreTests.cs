using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Bartizan.Sandbox.Trust;

namespace Bartizan.Sandbox.Tests.Trust;

/// <summary>The truststore byte by byte; a real Java reads it in the end-to-end tests, where one is installed.</summary>
public sealed class JavaTrustStoreTests
{
    [Fact]
    public void It_holds_the_certificates_of_the_bundle_and_nothing_else_of_it()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (one, other) = (Certificate(key, "CN=One"), Certificate(key, "CN=Other"));
        var bundle = $"# a comment\n{Pem(one)}\n{key.ExportPkcs8PrivateKeyPem()}\n{Pem(other)}\n";

        var store = JavaTrustStore.Of(Encoding.ASCII.GetBytes(bundle)).AsSpan();

        BinaryPrimitives.ReadUInt32BigEndian(store).ShouldBe(0xFEEDFEED);
        BinaryPrimitives.ReadInt32BigEndian(store[4..]).ShouldBe(2);
        BinaryPrimitives.ReadInt32BigEndian(store[8..]).ShouldBe(2);
        var head = 4 + 2 + "ca-0".Length + 8 + 2 + "X.509".Length;
        store.Length.ShouldBe(12 + head + 4 + one.Length + head + 4 + other.Length + 20);
        store[(12 + head + 4)..].StartsWith(one).ShouldBeTrue();
        store.IndexOf(other).ShouldBe(12 + head + 4 + one.Length + head + 4);
        store.IndexOf(key.ExportPkcs8PrivateKey()).ShouldBe(-1);
    }

    [Fact]
    public void A_bundle_without_certificates_is_an_empty_store() =>
        JavaTrustStore.Of("nothing"u8).Length.ShouldBe(12 + 20);

    private static string Pem(byte[] certificate) => PemEncoding.WriteString("CERTIFICATE", certificate);

    private static byte[] Certificate(ECDsa key, string name)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now, now.AddDays(1));
        return made.RawData;
    }
}
