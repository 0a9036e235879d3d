using System.Text.Json;
using System.Text.RegularExpressions;
using Bartizan.Core.Exports;
using Bartizan.Records.Export.Sinks.Syslog;

namespace Bartizan.Records.Tests.Export;

/// <summary>The distribution's rsyslog over TLS, as it stands in front of many a SIEM.</summary>
public sealed partial class RsyslogTests : LoopBench
{
    [Theory]
    [InlineData(SinkFormat.Syslog)]
    [InlineData(SinkFormat.Cef)]
    [InlineData(SinkFormat.Ocsf)]
    public async Task Rsyslog_reads_every_entry_over_TLS(SinkFormat format)
    {
        Assert.SkipUnless(Rsyslog.Missing is null, Rsyslog.Missing ?? "");
        using var rsyslog = await Rsyslog.StartAsync();
        await using var journal = await OpenAsync();
        var hostile = SampleEntries.Entries("a\nb]\" x=\"y\" |\r<13>1 - - - - - -\u2028\\").ToList();
        await FillAsync(
            journal,
            hostile.Count + 300,
            i => i < hostile.Count ? hostile[i] : Refusal($"host{i}.example:443")
        );
        await using var sink = new SyslogSink(
            new SinkSettings
            {
                Name = "test",
                Kind = SinkKind.Syslog,
                Format = format,
                Url = new Uri($"tls://localhost:{rsyslog.Port}"),
                CertificateAuthority = rsyslog.Authority,
            },
            TimeProvider.System
        );
        await RunAsync(journal, sink, s => s.Sent == hostile.Count + 300);
        var lines = await LinesAsync(rsyslog, hostile.Count + 300);
        lines.Select(IndexOf).ShouldBe(Enumerable.Range(0, hostile.Count + 300).Select(i => (long)i));
        foreach (var line in lines)
        {
            line.GetProperty("app").GetString().ShouldBe("bartizan");
            line.GetProperty("proc").GetString().ShouldBe(journal.Log.Origin);
            line.GetProperty("pri").GetString()!.ShouldMatch("^10[7-9]$|^110$");
            var message = line.GetProperty("message").GetString()!.TrimStart();
            if (format == SinkFormat.Ocsf)
            {
                JsonDocument
                    .Parse(message)
                    .RootElement.GetProperty("unmapped")
                    .GetProperty("index")
                    .GetInt64()
                    .ShouldBe(IndexOf(line));
            }
            else if (format == SinkFormat.Cef)
            {
                message.ShouldStartWith("CEF:0|Bartizan|Bartizan|");
            }
        }
    }

    [Fact]
    public async Task Rsyslog_killed_and_come_back_has_every_entry()
    {
        Assert.SkipUnless(Rsyslog.Missing is null, Rsyslog.Missing ?? "");
        LoopClock = TimeProvider.System;
        var rsyslog = await Rsyslog.StartAsync();
        try
        {
            await using var journal = await OpenAsync();
            await FillAsync(journal, 400);
            var sink = new SyslogSink(
                new SinkSettings
                {
                    Name = "test",
                    Kind = SinkKind.Syslog,
                    Format = SinkFormat.Syslog,
                    Url = new Uri($"tls://localhost:{rsyslog.Port}"),
                    CertificateAuthority = rsyslog.Authority,
                },
                TimeProvider.System
            );
            await using (sink)
            {
                await RunAsync(journal, sink, s => s.Sent >= 400);
                await LinesAsync(rsyslog, 400);
                var port = rsyslog.Port;
                var folder = await rsyslog.StopAsync(atOnce: true);
                await FillAsync(journal, 400);
                await RunAsync(journal, sink, s => s.Problem is not null);
                rsyslog = await Rsyslog.StartAsync(port, folder);
                await RunAsync(journal, sink, s => s.Lag == 0 && s.Next == 800);
                var lines = await LinesAsync(rsyslog, 800);
                lines.Select(IndexOf).Distinct().Order().ShouldBe(Enumerable.Range(0, 800).Select(i => (long)i));
            }
        }
        finally
        {
            rsyslog.Dispose();
        }
    }

    [Fact]
    public async Task A_server_whose_certificate_is_of_another_authority_is_sent_nothing()
    {
        Assert.SkipUnless(Rsyslog.Missing is null, Rsyslog.Missing ?? "");
        using var rsyslog = await Rsyslog.StartAsync();
        await using var journal = await OpenAsync();
        await FillAsync(journal, 5);
        await using var sink = new SyslogSink(
            new SinkSettings
            {
                Name = "test",
                Kind = SinkKind.Syslog,
                Format = SinkFormat.Syslog,
                Url = new Uri($"tls://localhost:{rsyslog.Port}"),
            },
            TimeProvider.System
        );
        await RunAsync(journal, sink, s => s.Problem is not null);
        Status.Problem!.ShouldContain("can't be reached");
        Status.Sent.ShouldBe(0);
        File.Exists(rsyslog.Output).ShouldBeFalse();
    }

    private static long IndexOf(JsonElement line) =>
        long.Parse(
            Index().Match(line.GetProperty("data").GetString()!).Groups["n"].Value,
            System.Globalization.CultureInfo.InvariantCulture
        );

    private static async Task<List<JsonElement>> LinesAsync(Rsyslog rsyslog, int least)
    {
        List<JsonElement> lines = [];
        for (var tries = 0; tries < 800 && lines.Select(IndexOf).Distinct().Count() < least; tries++)
        {
            await Task.Delay(25);
            lines = File.Exists(rsyslog.Output)
                ?
                [
                    .. (await File.ReadAllTextAsync(rsyslog.Output))
                        .Split('\n')[..^1]
                        .Select(l => JsonDocument.Parse(l).RootElement),
                ]
                : [];
        }

        lines.Count.ShouldBeGreaterThanOrEqualTo(least);
        return lines;
    }

    [GeneratedRegex("^\\[entry@32473 key=\"[^\"]*\" index=\"(?<n>[0-9]+)\" ")]
    private static partial Regex Index();
}
