using System.Text.Json;

namespace Bartizan.Guards.Training;

/// <summary>The training data: JSON lines of <c>{text, label, source, kind}</c>, read in the order of the files' names.</summary>
internal static class Corpus
{
    public static List<Row> Read(string folder)
    {
        var rows = new List<Row>();
        foreach (var file in Directory.GetFiles(folder, "*.jsonl").Order(StringComparer.Ordinal))
        {
            foreach (var line in File.ReadLines(file))
            {
                using var document = JsonDocument.Parse(line);
                var root = document.RootElement;
                rows.Add(
                    new Row(
                        root.GetProperty("text").GetString()!,
                        root.GetProperty("label").GetInt32() == 1,
                        root.GetProperty("source").GetString()!,
                        root.GetProperty("kind").GetString()!,
                        Path.GetFileNameWithoutExtension(file)
                    )
                );
            }
        }

        return rows;
    }
}
