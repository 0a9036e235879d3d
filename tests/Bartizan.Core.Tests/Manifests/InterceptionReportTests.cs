using Bartizan.Core.Manifests;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Manifests;

/// <summary>What <c>check</c> says of rules where requests are looked at.</summary>
public sealed class InterceptionReportTests
{
    [Fact]
    public void A_connect_rule_is_told_where_it_opens_nothing()
    {
        var manifest = Rules.Manifest(
            ["allow: connect *.example:443", "allow: connect b.other:443"],
            ["deny: http DELETE https://a.example/**"]
        );

        var says = ManifestReport.Of(manifest).Select(one => one.Says).ToList();

        says[1].ShouldContain("it opens nothing to `a.example:443`");
        says[2].ShouldNotContain("it opens nothing");
        says[0].ShouldContain("each request is decided alone");
    }

    [Fact]
    public void A_whole_host_is_told_to_be_a_tunnel()
    {
        var manifest = Rules.Manifest(["allow: http * https://a.example/**"], []);

        ManifestReport.Of(manifest).Single().Says.ShouldContain("https as a tunnel");
    }
}
