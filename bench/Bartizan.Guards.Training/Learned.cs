namespace Bartizan.Guards.Training;

/// <summary>What was learnt: a weight for each feature.</summary>
internal sealed class Learned(float[] weights, float bias)
{
    public float[] Weights { get; } = weights;

    public float Bias { get; set; } = bias;
}
