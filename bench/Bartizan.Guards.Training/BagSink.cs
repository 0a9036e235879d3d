using Bartizan.Guards.Injection.Lexical;

namespace Bartizan.Guards.Training;

/// <summary>Gathers the features of a text, step by step.</summary>
internal struct BagSink(List<uint> features, List<int> steps) : IFeatureSink
{
    private int _words;

    public readonly void Add(uint feature) => features.Add(feature);

    public void EndWord(int start, int end)
    {
        if (++_words == LexicalWindows.StepWords)
        {
            steps.Add(features.Count);
            _words = 0;
        }
    }

    public void Complete()
    {
        if (_words > 0)
        {
            steps.Add(features.Count);
            _words = 0;
        }
    }
}
