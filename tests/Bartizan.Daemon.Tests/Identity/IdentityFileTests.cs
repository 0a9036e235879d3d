using Bartizan.Client;
using Bartizan.Daemon.Identity;

namespace Bartizan.Daemon.Tests.Identity;

/// <summary><c>identity.yaml</c>: what is served, how, and mistakes that would serve otherwise than was meant.</summary>
public sealed class IdentityFileTests : IDisposable
{
    private const string Place = "issuer: https://id.example.com\nlisten: 127.0.0.1:8476\n";

    private readonly string _home = Directory.CreateTempSubdirectory("bartizan-identity-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void The_files_of_TLS_are_absolute_or_below_the_state_directory()
    {
        Read(Place).Tls.ShouldBeNull();
        Read(Place + "tls: { certificate: tls/id.pem, key: /etc/id/key.pem }\n")
            .Tls.ShouldBe(new TlsFiles(Path.Combine(_home, "tls/id.pem"), "/etc/id/key.pem"));
    }

    [Theory]
    [InlineData(Place + "tls:\n", "`tls` names two files")]
    [InlineData(Place + "tls: {}\n", "`tls` names two files")]
    [InlineData(Place + "tls: { certificate: a.pem }\n", "`tls` names two files")]
    [InlineData(Place + "tls: { certificate: a.pem, key: '' }\n", "`tls` names two files")]
    [InlineData(Place + "tls: { certificate: a.pem, key: }\n", "`tls` names two files")]
    [InlineData(Place + "tls: { certificate: \"a\\0.pem\", key: b.pem }\n", "`tls` names two files")]
    [InlineData(Place + "tls: a.pem\n", "can't be read")]
    [InlineData(Place + "tls: { certificate: a.pem, key: b.pem, client: c.pem }\n", "can't be read")]
    [InlineData(Place + "TLS: { certificate: a.pem, key: b.pem }\n", "can't be read")]
    [InlineData("tls: { certificate: a.pem, key: b.pem }\n", "there is no `listen`")]
    [InlineData(
        "issuer: http://127.0.0.1:8476\nlisten: 127.0.0.1:8476\ntls: { certificate: a.pem, key: b.pem }\n",
        "nothing is served in the clear"
    )]
    public void A_mistake_in_it_serves_nothing_in_the_clear(string lines, string says) =>
        Should.Throw<ControlException>(() => Read(lines)).Problem.Error.ShouldContain(says);

    private IdentityFile Read(string lines)
    {
        File.WriteAllText(Path.Combine(_home, IdentityFile.Name), lines);
        return IdentityFile.Load(_home, "instance");
    }
}
