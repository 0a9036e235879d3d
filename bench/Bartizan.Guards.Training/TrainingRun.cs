using Bartizan.Guards.Findings;
using Bartizan.Guards.Injection.Lexical;

namespace Bartizan.Guards.Training;

/// <summary>From the rows to the weights that are shipped. The same rows make the same bytes.</summary>
internal static class TrainingRun
{
    /// <summary>The learner of a channel; evaluation uses the same.</summary>
    public static Learner LearnerOf(Bags bags, int seeds) => new(bags) { Seeds = seeds };

    /// <summary>
    /// The rows of a channel. An attack that a person may type is one in a document too; a person's request is not one in a document's
    /// mouth, and so the clean rows are never shared.
    /// </summary>
    public static Bags BagsOf(IEnumerable<Row> rows, Channel channel) =>
        new([.. rows.Where(r => r.Channel == channel || (r.IsAttack && channel == Channel.Untrusted))]);

    public static int Run(string data, string path)
    {
        var rows = Corpus.Read(data);
        var heads = new List<LexicalHead>();
        foreach (var channel in (Channel[])[Channel.Untrusted, Channel.User])
        {
            var bags = BagsOf(rows, channel);
            var learned = LearnerOf(bags, seeds: 3).Learn();
            var clean = LeaveOut.Score(bags, LearnerOf(bags, seeds: 1), attacksToo: false);
            var thresholds = new float[LexicalModel.Rates.Length];
            for (var at = 0; at < thresholds.Length; at++)
            {
                thresholds[at] = LeaveOut.Threshold(clean, LexicalModel.Rates[at]);
            }

            heads.Add(Packing.Pack(bags, learned, thresholds, out var lost));
            Console.WriteLine(
                $"{channel}: {bags.All.Count} rows, {bags.Count} features, {lost} lost in packing, "
                    + $"thresholds {string.Join(" ", thresholds)}"
            );
        }

        using var writer = new BinaryWriter(File.Create(path));
        LexicalModel.Write(writer, heads);
        return 0;
    }
}
