using Bartizan.Core.Entries;
using Bartizan.Log;
using Bartizan.Log.Disks;
using Bartizan.Records.Journals;
using Bartizan.Records.Payloads;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Records.Tests.Attacks;

public sealed class RecordTamperTests : TemporaryRecord
{
    private string PayloadPath => Path.Combine(Options.PayloadDirectory, $"{Session}.p");

    [Fact]
    public async Task An_untouched_record_verifies_with_its_payloads()
    {
        await WriteAsync();

        var verdict = await VerifyAsync();
        verdict.Log.Faults.ShouldBeEmpty();
        verdict.Faults.ShouldBeEmpty();
        verdict.ShouldSatisfyAllConditions(
            () => verdict.Holds.ShouldBeTrue(),
            () => verdict.PayloadsWhole.ShouldBe(3),
            () => verdict.Sessions.ShouldBe(1)
        );
    }

    [Fact]
    public async Task A_bit_flipped_anywhere_in_a_payload_is_found_and_its_entry_named()
    {
        await WriteAsync();
        var original = await File.ReadAllBytesAsync(PayloadPath);
        for (var at = 20; at < original.Length; at += 7)
        {
            var bytes = original.ToArray();
            bytes[at] ^= 1;
            await File.WriteAllBytesAsync(PayloadPath, bytes);

            var verdict = await VerifyAsync();
            verdict.Holds.ShouldBeFalse();
            verdict.Faults.ShouldHaveSingleItem().Text.ShouldContain("payload `request`");
        }
    }

    [Fact]
    public async Task A_payload_put_in_anothers_place_is_found()
    {
        await WriteAsync();
        var bytes = await File.ReadAllBytesAsync(PayloadPath);
        var record = (bytes.Length - 16) / 3;
        bytes.AsSpan(16, record).CopyTo(bytes.AsSpan(16 + record));
        await File.WriteAllBytesAsync(PayloadPath, bytes);

        (await VerifyAsync()).Faults.ShouldHaveSingleItem().Index.ShouldBe(1);
    }

    [Fact]
    public async Task Payloads_taken_away_are_missed()
    {
        await WriteAsync();
        File.Delete(PayloadPath);
        (await VerifyAsync()).Faults.Length.ShouldBe(3);

        File.Delete(Path.ChangeExtension(PayloadPath, ".key"));
        (await VerifyAsync()).Faults.Length.ShouldBe(3);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(0)]
    public async Task A_key_file_filled_with_garbage_is_a_fault_and_no_locked_payload(int length)
    {
        await WriteAsync();
        await File.WriteAllBytesAsync(
            Path.ChangeExtension(PayloadPath, ".key"),
            System.Security.Cryptography.RandomNumberGenerator.GetBytes(length)
        );

        var verdict = await VerifyAsync();
        verdict.Holds.ShouldBeFalse();
        verdict.Faults.Length.ShouldBe(3);
    }

    [Fact]
    public async Task An_erased_session_keeps_its_entries_and_no_payload_opens_again()
    {
        await WriteAsync();
        await using (var before = await OpenAsync())
        {
            before.Payloads.Erase(Session);
            await before.AppendAsync(
                new Entry
                {
                    Kind = EntryKind.Instance,
                    Session = Session,
                    Detail = "erased",
                },
                default
            );
        }

        var verdict = await VerifyAsync();
        verdict.Holds.ShouldBeTrue();
        verdict.PayloadsErased.ShouldBe(3);
        await using var journal = await OpenAsync();
        await Should.ThrowAsync<IOException>(async () =>
            await journal.AppendAsync(Intent(9) with { Payloads = [Text("request", "again")] }, default)
        );
        await journal.AppendAsync(Intent(9), default);
    }

    [Fact]
    public async Task Without_the_instances_key_payloads_are_locked_and_the_tree_still_verifies()
    {
        await WriteAsync();
        File.Delete(Path.Combine(Options.KeyDirectory, "payload.key"));

        var verdict = await VerifyAsync();
        verdict.Holds.ShouldBeTrue();
        verdict.PayloadsLocked.ShouldBe(3);
        using var store = new PayloadStore(Options.PayloadDirectory, Options.KeyDirectory);
        Should.Throw<IOException>(() => store.Seal(Core.Sessions.SessionId.New(), default, Text("request", "x")));
    }

    [Fact]
    public async Task A_payload_longer_than_the_bound_is_cut_and_says_so()
    {
        await using (var journal = await OpenAsync())
        {
            await journal.AppendAsync(
                Intent(1) with
                {
                    Payloads = [new Payload("request", "text/plain", new byte[PayloadStore.MaxKeptBytes + 1])],
                },
                default
            );
        }

        var payload = (await RowsAsync())[0].Payloads[0];
        payload.Size.ShouldBe(PayloadStore.MaxKeptBytes + 1);
        payload.Kept.ShouldBe(PayloadStore.MaxKeptBytes);
        (await VerifyAsync()).PayloadsWhole.ShouldBe(1);
    }

    [Fact]
    public async Task A_payload_that_cant_be_made_durable_is_no_record()
    {
        var disk = new PayloadsFull();
        var journal = await Journal.OpenAsync(
            Options with
            {
                Log = new LogOptions { Disk = disk },
            },
            TimeProvider.System,
            default
        );
        await journal.AppendAsync(Intent(1), default);
        disk.Full = true;

        await Should.ThrowAsync<LogUnwritableException>(async () =>
            await journal.AppendAsync(Intent(2) with { Payloads = [Text("request", "x")] }, default)
        );

        await journal.DisposeAsync();
        (await RowsAsync()).Count.ShouldBe(1);
        (await VerifyAsync()).Holds.ShouldBeTrue();
    }

    private async Task WriteAsync()
    {
        await using var journal = await OpenAsync();
        for (var i = 0; i < 3; i++)
        {
            await journal.AppendAsync(Intent(i + 1) with { Payloads = [Text("request", $"payload {i}")] }, default);
        }
    }

    private sealed class PayloadsFull : ILogDisk
    {
        public bool Full { get; set; }

        public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
        {
            if (Full)
            {
                throw new IOException("No space left on device");
            }

            SystemDisk.Instance.Write(file, bytes, offset);
        }

        public void Sync(SafeFileHandle file) => SystemDisk.Instance.Sync(file);
    }
}
