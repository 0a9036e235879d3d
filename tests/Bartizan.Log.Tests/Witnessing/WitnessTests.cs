using System.Text;
using Bartizan.Log.Witnessing;

namespace Bartizan.Log.Tests.Witnessing;

public sealed class WitnessTests : TemporaryWitness
{
    [Fact]
    public void A_first_checkpoint_and_its_continuation_are_cosigned()
    {
        using var witness = Open();

        var first = witness.AddCheckpoint(Log.AddMany(3).Request(0).ToBytes());
        var second = witness.AddCheckpoint(Log.AddMany(7).Request(3).ToBytes());

        first.Status.ShouldBe(200);
        second.Status.ShouldBe(200);
        witness.Verifier.Find($"{Log.Note()}{second.Body}").ShouldNotBeNull();
        witness.Sizes["example.com/log"].ShouldBe(10);
    }

    [Fact]
    public void The_same_tree_may_be_cosigned_again_for_a_newer_time()
    {
        var clock = new SetClock(DateTimeOffset.UnixEpoch.AddSeconds(1000));
        using var witness = Open(clock: clock);
        witness.AddCheckpoint(Log.AddMany(3).Request(0).ToBytes()).Status.ShouldBe(200);
        clock.Advance(TimeSpan.FromSeconds(60));

        var again = witness.AddCheckpoint(Log.Request(3).ToBytes());

        again.Status.ShouldBe(200);
        witness.Verifier.Find($"{Log.Note()}{again.Body}")!.Time.ShouldBe(1060);
    }

    [Fact]
    public void A_clock_that_goes_back_dates_no_larger_tree_before_a_smaller_one()
    {
        using (var witness = Open(clock: new SetClock(DateTimeOffset.UnixEpoch.AddSeconds(5000))))
        {
            witness.AddCheckpoint(Log.AddMany(3).Request(0).ToBytes()).Status.ShouldBe(200);
        }

        using var later = Open(clock: new SetClock(DateTimeOffset.UnixEpoch.AddSeconds(1000)));
        var answer = later.AddCheckpoint(Log.AddMany(1).Request(3).ToBytes());

        later.Verifier.Find($"{Log.Note()}{answer.Body}")!.Time.ShouldBe(5000);
    }

    [Fact]
    public void An_unknown_log_is_404_and_a_wrong_key_403()
    {
        using var witness = Open();
        var other = new SmallLog("example.com/other").AddMany(1);
        var imposter = new SmallLog().AddMany(1);

        witness.AddCheckpoint(other.Request(0).ToBytes()).Status.ShouldBe(404);
        witness.AddCheckpoint(imposter.Request(0).ToBytes()).Status.ShouldBe(403);
    }

    [Fact]
    public void Signatures_of_unknown_keys_are_ignored()
    {
        using var witness = Open();
        var request = Log.AddMany(1).Request(0);
        var stranger = new SmallLog().AddMany(1).Note();
        var note = request.Note + stranger[(stranger.LastIndexOf("\n\n", StringComparison.Ordinal) + 2)..];

        witness.AddCheckpoint((request with { Note = note }).ToBytes()).Status.ShouldBe(200);
    }

    [Fact]
    public void Another_old_size_is_409_with_the_size_that_the_witness_knows()
    {
        using var witness = Open();
        witness.AddCheckpoint(Log.AddMany(5).Request(0).ToBytes()).Status.ShouldBe(200);

        var answer = witness.AddCheckpoint(Log.AddMany(2).Request(3).ToBytes());

        answer.ShouldBe(new WitnessAnswer(409, "text/x.tlog.size", "5\n"));
        witness.AddCheckpoint(Log.Request(0).ToBytes()).Body.ShouldBe("5\n");
    }

    [Fact]
    public void An_old_size_above_the_checkpoint_s_is_400()
    {
        using var witness = Open();
        var request = Log.AddMany(2).Request(2) with { OldSize = 3 };

        witness.AddCheckpoint(request.ToBytes()).Status.ShouldBe(400);
    }

    [Fact]
    public void A_proof_that_doesn_t_lead_there_is_422()
    {
        using var witness = Open();
        witness.AddCheckpoint(Log.AddMany(3).Request(0).ToBytes()).Status.ShouldBe(200);
        var request = Log.AddMany(4).Request(3);
        var broken = request.Proof.ToArray();
        broken[0] ^= 1;

        witness.AddCheckpoint((request with { Proof = broken }).ToBytes()).Status.ShouldBe(422);
        witness.AddCheckpoint((request with { Proof = default }).ToBytes()).Status.ShouldBe(422);
        witness.AddCheckpoint(request.ToBytes()).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("")]
    [InlineData("old 0\n")]
    [InlineData("old 00\n\nNOTE")]
    [InlineData("old -1\n\nNOTE")]
    [InlineData("old  0\n\nNOTE")]
    [InlineData("Old 0\n\nNOTE")]
    [InlineData("old 0\nnot base64\n\nNOTE")]
    [InlineData("old 0\nAAAA\n\nNOTE")]
    [InlineData("old 0\r\n\r\nNOTE")]
    [InlineData("old 0\n\nno note\n")]
    [InlineData("old 0\n\nNOTE trailing")]
    public void What_is_no_request_is_400(string request)
    {
        using var witness = Open();

        witness
            .AddCheckpoint(Encoding.UTF8.GetBytes(request.Replace("NOTE", Log.AddMany(1).Note())))
            .Status.ShouldBe(400);
    }

    [Fact]
    public void Sixty_three_hashes_are_read_and_sixty_four_are_400()
    {
        using var witness = Open();
        var request = Log.AddMany(1).Request(0);

        witness.AddCheckpoint((request with { Proof = new byte[63 * 32] }).ToBytes()).Status.ShouldBe(422);
        witness.AddCheckpoint((request with { Proof = new byte[64 * 32] }).ToBytes()).Status.ShouldBe(400);
    }

    [Fact]
    public void What_was_cosigned_outlives_the_process()
    {
        string key;
        using (var witness = Open())
        {
            key = witness.Verifier.ToString();
            witness.AddCheckpoint(Log.AddMany(5).Request(0).ToBytes()).Status.ShouldBe(200);
        }

        using var again = Open(name: "ignored");
        again.Verifier.ToString().ShouldBe(key);
        again.Sizes["example.com/log"].ShouldBe(5);
        again.AddCheckpoint(Log.Request(0).ToBytes()).Status.ShouldBe(409);
    }

    [Fact]
    public void A_log_that_is_added_later_starts_from_nothing()
    {
        using (var witness = Open())
        {
            witness.AddCheckpoint(Log.AddMany(5).Request(0).ToBytes()).Status.ShouldBe(200);
        }

        var other = new SmallLog("example.com/other").AddMany(2);
        var both = WitnessPolicy.Parse(
            Encoding.UTF8.GetBytes($"log {Log.Signer.Verifier}\nlog {other.Signer.Verifier}\nquorum none\n")
        );
        using var again = Open(both);
        again.AddCheckpoint(other.Request(0).ToBytes()).Status.ShouldBe(200);
        again.Sizes["example.com/log"].ShouldBe(5);
    }

    [Fact]
    public void Two_processes_are_never_one_witness()
    {
        using var witness = Open();

        Should.Throw<IOException>(() => Open()).Message.ShouldContain("another process");
    }

    [Fact]
    public async Task Of_racing_requests_from_one_state_one_wins()
    {
        using var witness = Open();
        Log.AddMany(40);
        witness.AddCheckpoint(Log.Request(0, 1).ToBytes()).Status.ShouldBe(200);
        var requests = Enumerable.Range(2, 30).Select(size => Log.Request(1, size).ToBytes()).ToList();
        using var start = new ManualResetEventSlim();

        var racing = requests
            .Select(request =>
                Task.Factory.StartNew(
                    () =>
                    {
                        start.Wait();
                        return witness.AddCheckpoint(request);
                    },
                    TaskCreationOptions.LongRunning
                )
            )
            .ToList();
        start.Set();
        var answers = await Task.WhenAll(racing);

        answers.Count(answer => answer.Status == 200).ShouldBe(1);
        answers.Count(answer => answer.Status == 409).ShouldBe(29);
    }
}
