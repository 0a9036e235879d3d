using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Exports;
using Bartizan.Core.Manifests;
using Bartizan.Records.Export.Sinks;

namespace Bartizan.Records.Tests.Export;

public sealed class ExportFileTests
{
    [Fact]
    public void A_file_says_where_what_is_sent()
    {
        var load = Load(
            """
            apiVersion: bartizan/v1
            sinks:
              - name: siem
                kind: syslog
                url: tls://logs.example.com:6514
                format: cef
                kinds: [refusal, approval]
                decisions: [deny]
                start: now
                why: The operations centre reads CEF.
              - name: team
                kind: webhook
                url: https://hooks.example.com/bartizan
                token: { from: env:HOOK_KEY }
            """
        );
        load.Errors.ShouldBeEmpty();
        var siem = load.Sinks[0];
        (siem.Kind, siem.Format, siem.FromNow).ShouldBe((SinkKind.Syslog, SinkFormat.Cef, true));
        siem.Kinds.ShouldBe([EntryKind.Refusal, EntryKind.Approval], ignoreOrder: true);
        siem.Decisions.ShouldBe([Effect.Deny]);
        var team = load.Sinks[1];
        (team.Format, team.Token!.Origin, team.Token.Locator).ShouldBe(
            (SinkFormat.Ocsf, CredentialOrigin.Variable, "HOOK_KEY")
        );
    }

    [Theory]
    [InlineData("kind: syslogg", "4:11: `kind` can't be `syslogg`", "Did you mean `syslog`?")]
    [InlineData("kind: syslog\n    urll: tls://a.example", "5:5: `urll` is no key", "Did you mean `url`?")]
    [InlineData("kind: syslog", "a `syslog` sink needs `url`", "")]
    [InlineData("kind: syslog\n    url: https://a.example", "a `syslog` sink has no `https` address", "tls://")]
    [InlineData("kind: syslog\n    url: tcp://a.example:514", "is sent in the clear", "")]
    [InlineData("kind: splunk\n    url: http://a.example\n    token: { from: env:A }", "is sent in the clear", "")]
    [InlineData("kind: splunk\n    url: https://a.example", "a `splunk` sink needs `token`", "")]
    [InlineData("kind: splunk\n    url: https://user:pw@a.example", "holds a user name", "")]
    [InlineData("kind: file\n    path: logs/out.jsonl", "`path` must be an absolute path", "")]
    [InlineData("kind: file\n    path: /a\n    token: { from: env:A }", "a `file` sink has no `token`", "")]
    [InlineData(
        "kind: elastic\n    url: https://a.example\n    index: a\n    format: cef",
        "doesn't take the format `cef`",
        ""
    )]
    [InlineData("kind: file\n    path: /a\n    kinds: [refusals]", "can't be `refusals`", "Did you mean `refusal`?")]
    [InlineData("kind: file\n    path: /a\n    enterprise: 0", "must be a whole number from 1", "")]
    public void A_mistake_is_named_with_its_place(string lines, string message, string hint)
    {
        var load = Load($"apiVersion: bartizan/v1\nsinks:\n  - name: one\n    {lines}\n");
        load.Sinks.ShouldBeEmpty();
        var said = string.Join('\n', load.Errors.Select(ManifestLoader.Describe));
        said.ShouldContain("exports.yaml:");
        said.ShouldContain(message);
        said.ShouldContain(hint);
    }

    [Fact]
    public void A_pasted_token_is_not_repeated()
    {
        var load = Load(
            "apiVersion: bartizan/v1\nsinks:\n  - name: one\n    kind: splunk\n    url: https://a.example\n    token: { from: 8d2f-secret-token }\n"
        );
        var said = string.Join('\n', load.Errors.Select(ManifestLoader.Describe));
        said.ShouldContain("says neither `env:NAME` nor");
        said.ShouldNotContain("8d2f");
    }

    [Fact]
    public void Two_sinks_of_one_name_are_refused() =>
        Load(
            "apiVersion: bartizan/v1\nsinks:\n  - { name: a, kind: file, path: /a }\n  - { name: a, kind: file, path: /b }\n"
        )
            .Errors.ShouldHaveSingleItem()
            .Message.ShouldContain("two sinks are named `a`");

    [Fact]
    public void The_example_of_the_page_loads_and_each_sink_of_it_opens()
    {
        var page = File.ReadAllText(Path.Combine(TestFiles.RepositoryRoot, "docs", "export.md"));
        var example = page.Split("```yaml\n")[1].Split("```")[0];
        var load = Load(example);
        load.Errors.ShouldBeEmpty(string.Join('\n', load.Errors.Select(ManifestLoader.Describe)));
        load.Sinks.Select(s => s.Kind).Distinct().Count().ShouldBe(load.Sinks.Length);
        foreach (var sink in load.Sinks)
        {
            SinkOpening
                .Open(sink with { CertificateAuthority = null }, () => SinkToken.None, TimeProvider.System)
                .Bounds.MaxEntries.ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public void No_sinks_are_a_file_too() => Load("apiVersion: bartizan/v1\nsinks: []\n").Errors.ShouldBeEmpty();

    private static ExportLoad Load(string text) => ExportFile.Load(text, "exports.yaml");
}
