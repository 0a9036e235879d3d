using System.Net;
using Bartizan.Core.Enforcement;
using Bartizan.Gateway.Egress;

namespace Bartizan.Gateway.Tests.Egress;

public sealed class SystemNameResolverTests
{
    [Fact]
    public async Task The_hosts_file_goes_before_dns_and_is_matched_whole()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(
                file,
                "# 192.0.2.9 db.internal\n192.0.2.1\tdb.internal  DB2.internal # db3.internal\n"
                    + "2001:db8::1 db.internal\nnot-an-address db.internal\n\n"
            );
            var resolver = new SystemNameResolver(file);
            (await resolver.ResolveAsync(Name("db.internal"), default))
                .Select(a => a.ToString())
                .ShouldBe(["192.0.2.1", "2001:db8::1"]);
            (await resolver.ResolveAsync(Name("db2.internal"), default)).ShouldHaveSingleItem();
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Localhost_is_known() =>
        (await new SystemNameResolver().ResolveAsync(Name("localhost"), default)).ShouldContain(IPAddress.Loopback);

    private static HostName Name(string text) =>
        HostName.TryParse(text, out var name, out var problem) ? name : throw new InvalidOperationException(problem);
}
