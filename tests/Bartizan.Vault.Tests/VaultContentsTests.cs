using System.Globalization;
using Bartizan.Core.Ports;
using Bartizan.Vault.Sealing;
using Bartizan.Vault.Stores;

namespace Bartizan.Vault.Tests;

public sealed class VaultContentsTests
{
    [Fact]
    public void What_is_read_one_by_one_is_what_is_read_whole()
    {
        using var one = new OneVault();
        var drawn = 7u;
        for (var i = 0; i < 200; i++)
        {
            var path = $"{"abc"[Next(3)]}/{Next(60)}{(Next(2) == 0 ? "-x" : ".y")}";
            var terms = new VaultTerms
            {
                Agents = Next(2) == 0 ? [] : ["billing", "triage"],
                Hosts = Next(2) == 0 ? [] : ["api.example.com:443"],
                Expires = Next(2) == 0 ? null : one.Clock.Now.AddDays(9),
            };
            var has = one.Vault.TermsOf(path) is not null;
            if (!has)
            {
                one.Set(path, Value(i), terms);
            }
            else if (Next(3) == 0)
            {
                one.Vault.Remove(path);
            }
            else
            {
                one.Rotate(path, Value(i), TimeSpan.FromHours(1));
            }
        }

        var file = VaultFile.Parse(one.Disk.Content!);
        using var inner = file.Lock.Open(one.Key, file.Id)!;
        var (whole, single) = (file.Open(inner).Contents, file.Open(inner).Contents);
        whole.Records.Count.ShouldBeGreaterThan(50);
        foreach (var (path, record) in whole.Records)
        {
            Text(single.Find(path)!).ShouldBe(Text(record));
            single.Find(path).ShouldBeSameAs(single.Find(path));
        }

        single.Find("a/").ShouldBeNull();
        single.Find("zz").ShouldBeNull();
        Text([.. whole.Records.Values]).ShouldBe(Text([.. single.Records.Values]));

        // A generator of the test, always the same.
        int Next(int below)
        {
            drawn = (drawn * 1_664_525) + 1_013_904_223;
            return (int)((drawn >> 8) % (uint)below);
        }
    }

    [Fact]
    public void A_manifest_whose_paths_are_twice_or_out_of_order_is_none()
    {
        var (a, b) = (Record("a/b"), Record("c/d"));
        _ = Packed(a, b);

        Should.Throw<InvalidDataException>(() => Packed(b, a));
        Should.Throw<InvalidDataException>(() => Packed(a, a));
    }

    [Theory]
    [InlineData(uint.MaxValue)]
    [InlineData(2u)]
    public void A_count_that_the_bytes_do_not_hold_is_not_believed(uint count) =>
        Should.Throw<InvalidDataException>(() =>
            new PackedRecords(new FieldWriter().Whole(count).Raw(new byte[11]).Written.ToArray(), default)
        );

    [Fact]
    public void Every_end_of_a_manifest_that_comes_too_early_is_told()
    {
        var whole = new FieldWriter().Whole(1);
        Record("a/b").Write(whole);
        var bytes = whole.Written.ToArray();
        _ = new PackedRecords(bytes, default);

        for (var length = 0; length < bytes.Length; length++)
        {
            Should.Throw<InvalidDataException>(() => new PackedRecords(bytes.AsMemory(0, length), default));
        }

        Should.Throw<InvalidDataException>(() => new PackedRecords(bytes, new byte[1]));
    }

    [Fact]
    public void A_vault_of_thousands_lends_each_of_its_values()
    {
        using var one = new OneVault();
        for (var i = 0; i < 1500; i++)
        {
            one.Set(Path(i), Value(i));
        }

        using var again = one.Again();
        again.Unseal(one.Key, one.Known);

        foreach (var i in (int[])[0, 1, 749, 750, 1498, 1499])
        {
            OneVault.Read(again, Path(i)).ShouldBe(Value(i));
        }

        Should.Throw<CredentialUnavailableException>(() => OneVault.Read(again, "provider/agent-1500"));
        again.Records.Length.ShouldBe(1500);

        static string Path(int i) => string.Create(CultureInfo.InvariantCulture, $"provider/agent-{i}");
    }

    private static string Value(int i) => string.Create(CultureInfo.InvariantCulture, $"sk-{i}");

    private static VaultRecord Record(string path) =>
        new(
            path,
            [
                new VaultVersion
                {
                    Number = 1,
                    Created = DateTimeOffset.UnixEpoch,
                    Terms = new VaultTerms { Agents = ["triage"], Hosts = ["api.example.com"] },
                },
            ]
        );

    private static PackedRecords Packed(params VaultRecord[] records)
    {
        var to = new FieldWriter().Whole((uint)records.Length);
        foreach (var record in records)
        {
            record.Write(to);
        }

        return new PackedRecords(to.Written.ToArray(), default);
    }

    private static string Text(params VaultRecord[] records)
    {
        var to = new FieldWriter();
        foreach (var record in records)
        {
            record.Write(to);
            foreach (var version in record.Versions)
            {
                to.Bytes(version.Box.AsSpan());
            }
        }

        return Convert.ToHexString(to.Written);
    }
}
