namespace Bartizan.Sandbox.Views;

/// <summary>
/// The shortest edit between two lists of lines (Myers 1986, O(ND)). Above <see cref="MaxEdits"/> it says that everything between
/// the common start and end was replaced: true as well, and bounded.
/// </summary>
internal static class LineDiff
{
    /// <summary>Each edit keeps a row of its search: 1000 rows are 4 MB.</summary>
    public const int MaxEdits = 1000;

    /// <summary>One step from the old lines to the new ones.</summary>
    /// <param name="Kind">' ' kept, '-' taken away, '+' put in.</param>
    /// <param name="Old">Index in the old lines.</param>
    /// <param name="New">Index in the new lines.</param>
    public readonly record struct Step(char Kind, int Old, int New);

    public static List<Step> Between(string[] before, string[] after)
    {
        var start = 0;
        while (start < before.Length && start < after.Length && before[start] == after[start])
        {
            start++;
        }

        var end = 0;
        while (end < before.Length - start && end < after.Length - start && before[^(end + 1)] == after[^(end + 1)])
        {
            end++;
        }

        var steps = new List<Step>();
        for (var i = 0; i < start; i++)
        {
            steps.Add(new Step(' ', i, i));
        }

        Middle(before, after, start, before.Length - end, after.Length - end, steps);
        for (var i = end; i > 0; i--)
        {
            steps.Add(new Step(' ', before.Length - i, after.Length - i));
        }

        return steps;
    }

    private static void Middle(string[] before, string[] after, int start, int oldEnd, int newEnd, List<Step> steps)
    {
        var rows = Search(before, after, start, oldEnd, newEnd);
        if (rows is null)
        {
            for (var i = start; i < oldEnd; i++)
            {
                steps.Add(new Step('-', i, start));
            }

            for (var i = start; i < newEnd; i++)
            {
                steps.Add(new Step('+', oldEnd, i));
            }

            return;
        }

        var back = new List<Step>();
        int x = oldEnd - start,
            y = newEnd - start;
        for (var d = rows.Count - 1; d > 0; d--)
        {
            var row = rows[d - 1];
            var k = x - y;
            var down = k == -d || (k != d && row[k - 1 + d] < row[k + 1 + d]);
            var k0 = down ? k + 1 : k - 1;
            var x0 = row[k0 + d];
            var y0 = x0 - k0;
            var (fromX, fromY) = down ? (x0, y0 + 1) : (x0 + 1, y0);
            for (; x > fromX; x--, y--)
            {
                back.Add(new Step(' ', start + x - 1, start + y - 1));
            }

            back.Add(down ? new Step('+', start + x0, start + y0) : new Step('-', start + x0, start + y0));
            (x, y) = (x0, y0);
        }

        for (; x > 0; x--, y--)
        {
            back.Add(new Step(' ', start + x - 1, start + y - 1));
        }

        back.Reverse();
        steps.AddRange(back);
    }

    /// <summary>Row d holds, shifted by d + 1, how far each diagonal got with d edits. Null when there are too many.</summary>
    private static List<int[]>? Search(string[] before, string[] after, int start, int oldEnd, int newEnd)
    {
        int n = oldEnd - start,
            m = newEnd - start;
        var rows = new List<int[]>();
        var previous = new int[3];
        for (var d = 0; d <= Math.Min(n + m, MaxEdits); d++)
        {
            var row = new int[(2 * d) + 3];
            for (var k = -d; k <= d; k += 2)
            {
                var x =
                    d == 0 ? 0
                    : k == -d || (k != d && previous[k - 1 + d] < previous[k + 1 + d]) ? previous[k + 1 + d]
                    : previous[k - 1 + d] + 1;
                var y = x - k;
                while (x < n && y < m && before[start + x] == after[start + y])
                {
                    x++;
                    y++;
                }

                row[k + d + 1] = x;
                if (x >= n && y >= m)
                {
                    rows.Add(row);
                    return rows;
                }
            }

            rows.Add(row);
            previous = row;
        }

        return null;
    }
}
