using System.Text;
using Bartizan.Log.Tests.Witnessing;
using Bartizan.Log.Witnessing;

namespace Bartizan.Log.Tests.Attacks;

/// <summary>What a log's operator, or a thief of its key, tries on witnesses; and what befalls a witness itself.</summary>
public sealed class WitnessAttackTests : TemporaryWitness
{
    [Fact]
    public void A_log_can_t_show_two_witnesses_two_trees_and_satisfy_both()
    {
        using var north = Open(name: "north", directory: Path.Combine(Root, "north"));
        using var south = Open(name: "south", directory: Path.Combine(Root, "south"));
        var policy = WitnessPolicy.Parse(
            Encoding.UTF8.GetBytes(
                $"log {Log.Signer.Verifier}\nwitness north {north.Verifier}\nwitness south {south.Verifier}\ngroup both all north south\nquorum both\n"
            )
        );
        Log.AddMany(4);
        var other = Log.Fork(4);
        Log.Add("what happened");
        other.Add("what is shown");

        var told = north.AddCheckpoint(Log.Request(0).ToBytes());
        var shown = south.AddCheckpoint(other.Request(0).ToBytes());

        told.Status.ShouldBe(200);
        shown.Status.ShouldBe(200);
        policy.IsMet(Log.Note() + told.Body).ShouldBeFalse();
        policy.IsMet(Log.Note() + told.Body + shown.Body).ShouldBeFalse();
        policy.IsMet(other.Note() + told.Body + shown.Body).ShouldBeFalse();
        // Neither witness ever cosigns the other's tree.
        south.AddCheckpoint(Log.AddMany(3).Request(5).ToBytes()).Status.ShouldBe(422);
        north.AddCheckpoint(other.AddMany(3).Request(5).ToBytes()).Status.ShouldBe(422);
    }

    [Fact]
    public void A_fork_of_equal_size_is_refused_and_kept_as_evidence()
    {
        using var witness = Open();
        Log.AddMany(4);
        var other = Log.Fork(3).Add("another fourth");
        witness.AddCheckpoint(Log.Request(0).ToBytes()).Status.ShouldBe(200);

        var answer = witness.AddCheckpoint((other.Request(4) with { Proof = default }).ToBytes());

        answer.Status.ShouldBe(409);
        File.ReadAllText(StateFile() + ".fork").ShouldContain(other.Note());
        witness.AddCheckpoint(Log.Request(4).ToBytes()).Status.ShouldBe(200);
    }

    [Fact]
    public void A_log_that_was_rolled_back_is_refused()
    {
        using var witness = Open();
        Log.AddMany(9);
        witness.AddCheckpoint(Log.Request(0).ToBytes()).Status.ShouldBe(200);
        var restored = Log.Fork(5).Add("a new sixth");

        witness
            .AddCheckpoint(restored.Request(0).ToBytes())
            .ShouldBe(new WitnessAnswer(409, "text/x.tlog.size", "9\n"));
        witness.AddCheckpoint(restored.AddMany(6).Request(9).ToBytes()).Status.ShouldBe(422);
    }

    [Fact]
    public void A_request_that_is_replayed_takes_the_witness_nowhere()
    {
        using var witness = Open();
        var first = Log.AddMany(3).Request(0).ToBytes();
        var second = Log.AddMany(3).Request(3).ToBytes();
        witness.AddCheckpoint(first).Status.ShouldBe(200);
        witness.AddCheckpoint(second).Status.ShouldBe(200);

        witness.AddCheckpoint(first).Body.ShouldBe("6\n");
        witness.AddCheckpoint(second).Body.ShouldBe("6\n");
        witness.Sizes["example.com/log"].ShouldBe(6);
    }

    [Fact]
    public void A_cosignature_for_another_log_is_none_for_this_one()
    {
        var other = new SmallLog("example.com/other").AddMany(3);
        using var witness = Open(
            WitnessPolicy.Parse(
                Encoding.UTF8.GetBytes($"log {Log.Signer.Verifier}\nlog {other.Signer.Verifier}\nquorum none\n")
            )
        );
        Log.AddMany(3);

        var answer = witness.AddCheckpoint(other.Request(0).ToBytes());

        answer.Status.ShouldBe(200);
        witness.Verifier.Find(other.Note() + answer.Body).ShouldNotBeNull();
        witness.Verifier.Find(Log.Note() + answer.Body).ShouldBeNull();
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("gone")]
    [InlineData("older root")]
    [InlineData("another log's")]
    [InlineData("empty")]
    public void A_witness_whose_memory_was_damaged_does_not_start(string damage)
    {
        using (var witness = Open())
        {
            witness.AddCheckpoint(Log.AddMany(5).Request(0).ToBytes()).Status.ShouldBe(200);
        }

        var text = File.ReadAllText(StateFile());
        switch (damage)
        {
            case "cut":
                File.WriteAllText(StateFile(), text[..^20]);
                break;
            case "gone":
                File.Delete(StateFile());
                break;
            case "older root":
                File.WriteAllText(StateFile(), text.Replace("\n5\n", "\n4\n"));
                break;
            case "another log's":
                File.WriteAllText(StateFile(), "nothing seen of example.com/other\n");
                break;
            default:
                File.WriteAllText(StateFile(), "");
                break;
        }

        Should.Throw<WitnessDamagedException>(() => Open()).Message.ShouldContain("example.com/log");
    }

    [Fact]
    public void A_witness_whose_key_was_swapped_does_not_start()
    {
        using (var witness = Open())
        {
            witness.AddCheckpoint(Log.AddMany(5).Request(0).ToBytes()).Status.ShouldBe(200);
        }

        Cosigner.Create("witness.example/w1").Save(Path.Combine(Root, "witness", "witness.key"));

        Should.Throw<WitnessDamagedException>(() => Open());
        File.Delete(Path.Combine(Root, "witness", "witness.key"));
        Should.Throw<WitnessDamagedException>(() => Open()).Message.ShouldContain("is missing");
    }

    [Fact]
    public void A_disk_that_keeps_nothing_gets_no_cosignature()
    {
        using var witness = Open();
        witness.AddCheckpoint(Log.AddMany(2).Request(0).ToBytes()).Status.ShouldBe(200);
        Directory.CreateDirectory(StateFile() + ".new");

        Should.Throw<Exception>(() => witness.AddCheckpoint(Log.AddMany(2).Request(2).ToBytes()));
        Directory.Delete(StateFile() + ".new");

        witness.Sizes["example.com/log"].ShouldBe(2);
        witness.AddCheckpoint(Log.Request(2).ToBytes()).Status.ShouldBe(200);
    }
}
