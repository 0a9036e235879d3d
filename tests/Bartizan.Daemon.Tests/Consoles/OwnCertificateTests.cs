using System.Security.Cryptography.X509Certificates;
using Bartizan.Core.Tests.Enforcement;
using Bartizan.Daemon.Consoles;
using Bartizan.Daemon.Identity;

namespace Bartizan.Daemon.Tests.Consoles;

public sealed class OwnCertificateTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("bartizan-console-").FullName;
    private readonly ManualClock _clock = new();

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void It_is_made_once_kept_from_others_and_renewed_before_it_ends()
    {
        var origin = new Uri("https://127.0.0.1:8643");
        var files = OwnCertificate.In(_home, origin, _clock);
        File.GetUnixFileMode(files.Key).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var first = Read(files);
        first.MatchesHostname("127.0.0.1").ShouldBeTrue();
        first.MatchesHostname("localhost").ShouldBeTrue();
        first.MatchesHostname("bartizan.example").ShouldBeFalse();
        Read(OwnCertificate.In(_home, origin, _clock)).Thumbprint.ShouldBe(first.Thumbprint);
        _clock.Advance(TimeSpan.FromDays(370));
        var second = Read(OwnCertificate.In(_home, origin, _clock));
        second.Thumbprint.ShouldNotBe(first.Thumbprint);
        var third = Read(OwnCertificate.In(_home, new Uri("https://bartizan.example:8643"), _clock));
        third.MatchesHostname("bartizan.example").ShouldBeTrue();
    }

    private X509Certificate2 Read(TlsFiles files) => TlsPair.Read(files, _clock.GetUtcNow()).Served.TargetCertificate;
}
